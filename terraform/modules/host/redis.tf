# Redis on the host's loopback address: only the containers of this instance reach it, so it has neither TLS nor password.

module "redis" {
  source = "../task"

  common       = var.common
  task         = "redis"
  image        = var.redis_image
  user         = "redis"
  cpu          = 256
  memory_mib   = 512
  environment  = {}
  secrets      = {}
  servers      = {}
  https_reason = "nothing else"
  is_on_host   = true

  command = [
    "redis-server", "--bind", "127.0.0.1", "--port", tostring(var.redis_port), "--save", "",
    "--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru",
  ]
  health_command = ["CMD", "redis-cli", "-p", tostring(var.redis_port), "ping"]
}

resource "aws_ecs_service" "redis" {
  name                               = "${var.common.name}-redis"
  cluster                            = var.cluster_arn
  task_definition                    = module.redis.arn
  desired_count                      = 1
  launch_type                        = "EC2"
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"
}
