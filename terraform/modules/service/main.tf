# The API or the reports: on Fargate behind the load balancer, or on the stage's own instance (modules/host).

locals {
  full_name   = "${var.common.name}-${var.service}"
  is_balanced = var.load_balancer != null
}

module "task" {
  source = "../task"

  common       = var.common
  task         = var.service
  image        = var.image
  port         = var.port
  cpu          = var.cpu
  memory_mib   = var.memory_mib
  environment  = var.environment
  secrets      = var.secrets
  servers      = var.servers
  https_reason = var.https_reason
  is_on_host   = !local.is_balanced

  # Without a load balancer's health checks ECS has to check.
  health_command = local.is_balanced ? null : [
    "CMD", "python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:${var.port}${var.health_path}', timeout=4)",
  ]
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  count = local.is_balanced ? 1 : 0

  security_group_id            = module.task.security_group_id
  description                  = "From the load balancer only"
  referenced_security_group_id = var.load_balancer.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  count = local.is_balanced ? 1 : 0

  security_group_id            = var.load_balancer.security_group_id
  description                  = "To the tasks of ${local.full_name}"
  referenced_security_group_id = module.task.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
}

resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; from there it is one hop within private subnets
  count = local.is_balanced ? 1 : 0

  name        = local.full_name
  vpc_id      = var.common.vpc_id
  target_type = "ip"
  protocol    = "HTTP"
  port        = var.port

  # For the requests in flight; only exports take longer, and clients see that theirs is incomplete.
  deregistration_delay          = 30
  load_balancing_algorithm_type = "least_outstanding_requests"

  health_check {
    path                = var.health_path
    matcher             = "200"
    interval            = 15
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener_rule" "host" {
  count = local.is_balanced ? 1 : 0

  listener_arn = var.load_balancer.listener_arn
  priority     = var.rule_priority

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[0].arn
  }

  condition {
    host_header {
      values = [var.host]
    }
  }
}

resource "aws_ecs_service" "this" {
  #checkov:skip=CKV_AWS_332:The platform version exists on Fargate only, where it is LATEST
  name             = local.full_name
  cluster          = var.cluster_arn
  task_definition  = module.task.arn
  desired_count    = var.tasks.min
  launch_type      = local.is_balanced ? null : "EC2"
  platform_version = local.is_balanced ? "LATEST" : null

  # Behind a load balancer new tasks are healthy before old ones stop. On one host the old task has to release the port first.
  # If new tasks never become healthy, the circuit breaker restores the old revision.
  deployment_minimum_healthy_percent = local.is_balanced ? 100 : 0
  deployment_maximum_percent         = local.is_balanced ? 200 : 100
  health_check_grace_period_seconds  = local.is_balanced ? 90 : null
  enable_execute_command             = false
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  dynamic "capacity_provider_strategy" {
    for_each = local.is_balanced ? [var.capacity_provider] : []

    content {
      capacity_provider = capacity_provider_strategy.value
      weight            = 1
    }
  }

  dynamic "network_configuration" {
    for_each = local.is_balanced ? [var.subnet_ids] : []

    content {
      subnets          = network_configuration.value
      security_groups  = [module.task.security_group_id]
      assign_public_ip = false
    }
  }

  dynamic "load_balancer" {
    for_each = aws_lb_target_group.this

    content {
      target_group_arn = load_balancer.value.arn
      container_name   = var.service
      container_port   = var.port
    }
  }

  lifecycle {
    # Autoscaling owns the number.
    ignore_changes = [desired_count]
  }

  depends_on = [aws_lb_listener_rule.host]
}

resource "aws_appautoscaling_target" "this" {
  count = local.is_balanced ? 1 : 0

  service_namespace  = "ecs"
  resource_id        = "service/${var.cluster_name}/${aws_ecs_service.this.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.tasks.min
  max_capacity       = var.tasks.max
}

resource "aws_appautoscaling_policy" "cpu" {
  count = local.is_balanced ? 1 : 0

  name               = "${local.full_name}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this[0].service_namespace
  resource_id        = aws_appautoscaling_target.this[0].resource_id
  scalable_dimension = aws_appautoscaling_target.this[0].scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = var.cpu_target_percent
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
