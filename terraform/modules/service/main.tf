# A service behind the load balancer: used for the API and for the reports.

locals {
  full_name = "${var.common.name}-${var.service}"
}

module "task" {
  source = "../task"

  name               = var.common.name
  task               = var.service
  region             = var.common.region
  account_id         = var.common.account_id
  vpc_id             = var.common.vpc_id
  kms_key_arn        = var.common.kms_key_arn
  cpu_architecture   = var.common.cpu_architecture
  log_retention_days = var.common.log_retention_days

  image        = var.image
  port         = var.port
  cpu          = var.cpu
  memory_mib   = var.memory_mib
  environment  = var.environment
  secrets      = var.secrets
  servers      = var.servers
  https_reason = var.https_reason
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  security_group_id            = module.task.security_group_id
  description                  = "From the load balancer only"
  referenced_security_group_id = var.load_balancer_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
}

resource "aws_vpc_security_group_egress_rule" "load_balancer" {
  security_group_id            = var.load_balancer_security_group_id
  description                  = "To the tasks of ${local.full_name}"
  referenced_security_group_id = module.task.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = var.port
  to_port                      = var.port
}

resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; from there it is one hop within private subnets
  name        = local.full_name
  vpc_id      = var.common.vpc_id
  target_type = "ip"
  protocol    = "HTTP"
  port        = var.port

  # A task leaves only after the requests it has are answered.
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
  listener_arn = var.listener_arn
  priority     = var.rule_priority

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }

  condition {
    host_header {
      values = [var.host]
    }
  }
}

resource "aws_ecs_service" "this" {
  name             = local.full_name
  cluster          = var.cluster_arn
  task_definition  = module.task.arn
  desired_count    = var.tasks.min
  platform_version = "LATEST"

  # New tasks are healthy before old ones go; if they never are, the circuit breaker puts the old revision back.
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 90
  enable_execute_command             = false
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  capacity_provider_strategy {
    capacity_provider = var.capacity_provider
    weight            = 1
  }

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [module.task.security_group_id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.this.arn
    container_name   = var.service
    container_port   = var.port
  }

  lifecycle {
    # Autoscaling owns the number.
    ignore_changes = [desired_count]
  }

  depends_on = [aws_lb_listener_rule.host]
}

resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  resource_id        = "service/${var.cluster_name}/${aws_ecs_service.this.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.tasks.min
  max_capacity       = var.tasks.max
}

resource "aws_appautoscaling_policy" "cpu" {
  name               = "${local.full_name}-cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.this.service_namespace
  resource_id        = aws_appautoscaling_target.this.resource_id
  scalable_dimension = aws_appautoscaling_target.this.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = var.cpu_target_percent
    scale_out_cooldown = 60
    scale_in_cooldown  = 300

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}
