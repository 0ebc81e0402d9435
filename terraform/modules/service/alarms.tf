# Behind a load balancer its metrics tell what visitors get. On a host ECS's own metrics tell whether the task runs; what visitors
# get is then CloudFront's to tell (modules/cdn).

locals {
  from_balancer = {
    LoadBalancer = try(var.load_balancer.arn_suffix, "")
    TargetGroup  = try(aws_lb_target_group.this[0].arn_suffix, "")
  }
  requests = { namespace = "AWS/ApplicationELB", name = "RequestCount", dimensions = local.from_balancer, stat = "Sum" }
  seconds  = { namespace = "AWS/ApplicationELB", name = "TargetResponseTime", dimensions = local.from_balancer }
  errors = {
    bad   = { namespace = "AWS/ApplicationELB", name = "HTTPCode_Target_5XX_Count", dimensions = local.from_balancer, stat = "Sum" }
    total = local.requests
  }

  balanced_alarms = { for name, alarm in {
    "${var.service}-absent" = {
      description = "The ${var.service} has no ready task"
      metrics     = { ready = { namespace = "AWS/ApplicationELB", name = "HealthyHostCount", dimensions = local.from_balancer, stat = "Maximum" } }
      comparison  = "LessThanThreshold", threshold = 1, missing = "breaching"
    }
    "${var.service}-unhealthy" = {
      description = "A task of the ${var.service} has not been ready for ten minutes"
      metrics     = { unready = { namespace = "AWS/ApplicationELB", name = "UnHealthyHostCount", dimensions = local.from_balancer, stat = "Maximum" } }
      threshold   = 1, periods = 2
    }
    "${var.service}-5xx" = {
      description = "The ${var.service} answers more than a tenth of its requests with 5xx for 15 minutes"
      metrics     = local.errors
      expression  = "100 * FILL(bad, 0) / total", threshold = 10, periods = 3
    }
    "${var.service}-latency" = {
      description = "One request of the ${var.service} in twenty takes longer than ${var.latency_seconds} seconds"
      metrics     = { p95 = merge(local.seconds, { stat = "p95" }) }
      threshold   = var.latency_seconds, periods = 3
    }
  } : name => alarm if local.is_balanced }

  hosted_alarms = { for name, alarm in {
    "${var.service}-absent" = {
      description = "The ${var.service} has no running task"
      metrics = { running = {
        namespace  = "AWS/ECS", name = "CPUUtilization", stat = "SampleCount"
        dimensions = { ClusterName = var.cluster_name, ServiceName = local.full_name }
      } }
      comparison = "LessThanThreshold", threshold = 1, missing = "breaching"
    }
    "${var.service}-memory" = {
      description = "The ${var.service} uses more than nine tenths of its memory"
      metrics = { used = {
        namespace  = "AWS/ECS", name = "MemoryUtilization", stat = "Average"
        dimensions = { ClusterName = var.cluster_name, ServiceName = local.full_name }
      } }
      threshold = 90, periods = 3
    }
  } : name => alarm if !local.is_balanced }
}
