# The time of every request, cached ones included, from the access log's lines: CloudWatch makes percentiles of them without an agent
# in the task. Checks of load balancer and pipeline (/status/…) would flatter it.

locals {
  logged_seconds = { namespace = var.common.name, name = "${var.service}-seconds", dimensions = {}, stat = "p95" }
}

resource "aws_cloudwatch_log_metric_filter" "seconds" {
  name           = local.logged_seconds.name
  log_group_name = module.task.log_group
  pattern        = "{ ($.logger = \"access\") && ($.route != \"/status/*\") }"

  metric_transformation {
    namespace = local.logged_seconds.namespace
    name      = local.logged_seconds.name
    value     = "$.seconds"
    unit      = "Seconds"
  }
}
