# Alarms go to one topic. Each says what a person should look at; a metric nobody would act upon has none.

locals {
  alarms = merge(
    {
      edge-5xx = {
        description = "The load balancer itself answers 5xx: no healthy task, or tasks too slow"
        namespace   = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count", statistic = "Sum"
        dimensions  = { LoadBalancer = var.load_balancer }
        threshold   = 20, periods = 1, missing = "notBreaching"
      }
      database-storage = {
        description = "Less than ${var.free_storage_gib} GiB of database storage left: raise storage_limit_gib"
        namespace   = "AWS/RDS", metric = "FreeStorageSpace", statistic = "Minimum", comparison = "LessThanThreshold"
        dimensions  = { DBInstanceIdentifier = var.database }
        threshold   = var.free_storage_gib * 1024 * 1024 * 1024, periods = 1, missing = "missing"
      }
      database-cpu = {
        description = "The database works at its limit for 20 minutes outside of what a night needs"
        namespace   = "AWS/RDS", metric = "CPUUtilization", statistic = "Average"
        dimensions  = { DBInstanceIdentifier = var.database }
        threshold   = 85, periods = 4, missing = "missing"
      }
      database-memory = {
        description = "Little free memory in the database: a larger instance_class"
        namespace   = "AWS/RDS", metric = "FreeableMemory", statistic = "Average", comparison = "LessThanThreshold"
        dimensions  = { DBInstanceIdentifier = var.database }
        threshold   = 128 * 1024 * 1024, periods = 3, missing = "missing"
      }
    },
    merge([for service, target in var.services : {
      "${service}-5xx" = {
        description = "The ${service} answers 5xx: read its log"
        namespace   = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count", statistic = "Sum"
        dimensions  = { LoadBalancer = var.load_balancer, TargetGroup = target }
        threshold   = 20, periods = 1, missing = "notBreaching"
      }
      "${service}-latency" = {
        description = "One request of the ${service} in twenty takes longer than ${var.latency_seconds} seconds"
        namespace   = "AWS/ApplicationELB", metric = "TargetResponseTime", statistic = "p95"
        dimensions  = { LoadBalancer = var.load_balancer, TargetGroup = target }
        threshold   = var.latency_seconds, periods = 3, missing = "notBreaching"
      }
      "${service}-unhealthy" = {
        description = "A task of the ${service} has not been ready for ten minutes"
        namespace   = "AWS/ApplicationELB", metric = "UnHealthyHostCount", statistic = "Maximum"
        dimensions  = { LoadBalancer = var.load_balancer, TargetGroup = target }
        threshold   = 1, periods = 2, missing = "notBreaching"
      }
      "${service}-absent" = {
        description = "The ${service} has no ready task at all"
        namespace   = "AWS/ApplicationELB", metric = "HealthyHostCount", statistic = "Maximum", comparison = "LessThanThreshold"
        dimensions  = { LoadBalancer = var.load_balancer, TargetGroup = target }
        threshold   = 1, periods = 1, missing = "breaching"
      }
    }]...),
  )

  night_event = {
    source        = ["aws.ecs"]
    "detail-type" = ["ECS Task State Change"]
  }
  night_detail = {
    clusterArn        = [var.cluster_arn]
    taskDefinitionArn = [{ prefix = "arn:aws:ecs:${var.region}:${var.account_id}:task-definition/${var.pipeline_family}:" }]
    lastStatus        = ["STOPPED"]
  }
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_policy" "alarms" {
  arn = aws_sns_topic.alarms.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsAndEventsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.alarms.arn
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic == "p95" ? null : each.value.statistic
  extended_statistic  = each.value.statistic == "p95" ? "p95" : null
  comparison_operator = try(each.value.comparison, "GreaterThanOrEqualToThreshold")
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_metric_alarm" "cache_memory" {
  for_each = var.cache_members

  alarm_name          = "${var.name}-cache-memory-${each.key}"
  alarm_description   = "The cache is full and drops answers: a larger node_type"
  namespace           = "AWS/ElastiCache"
  metric_name         = "DatabaseMemoryUsagePercentage"
  dimensions          = { CacheClusterId = each.key }
  statistic           = "Average"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 90
  period              = 300
  evaluation_periods  = 3
  treat_missing_data  = "missing"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# The night's exit code, whatever the log says: not 0, or none because the container never ran.
resource "aws_cloudwatch_event_rule" "night_failed" {
  name        = "${var.name}-night-failed"
  description = "The pipeline's task ended without success"
  event_pattern = jsonencode(merge(local.night_event, { detail = merge(local.night_detail, {
    containers = { exitCode = [{ "anything-but" = [0] }, { exists = false }] }
  }) }))
}

resource "aws_cloudwatch_event_target" "night_failed" {
  rule = aws_cloudwatch_event_rule.night_failed.name
  arn  = aws_sns_topic.alarms.arn

  input_transformer {
    input_paths = {
      stopped = "$.detail.stoppedReason"
      task    = "$.detail.taskArn"
    }
    input_template = "\"${var.name}: the night failed (<stopped>). Task <task>; log group ${var.pipeline_log_group}. See docs/runbook.md, replay a night.\""
  }
}

resource "aws_cloudwatch_event_rule" "night_succeeded" {
  name        = "${var.name}-night-succeeded"
  description = "The pipeline's task ended with success; counted by the alarm on stale data"
  event_pattern = jsonencode(merge(local.night_event, { detail = merge(local.night_detail, {
    containers = { exitCode = [0] }
  }) }))
}

resource "aws_cloudwatch_log_group" "nights" {
  #checkov:skip=CKV_AWS_338:Kept for log_retention_days; a year of them would serve nobody and cost more
  name              = "/${var.name}/nights"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_cloudwatch_log_resource_policy" "nights" {
  policy_name = "${var.name}-nights"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "${aws_cloudwatch_log_group.nights.arn}:*"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_cloudwatch_event_target" "night_succeeded" {
  rule = aws_cloudwatch_event_rule.night_succeeded.name
  arn  = aws_cloudwatch_log_group.nights.arn

  depends_on = [aws_cloudwatch_log_resource_policy.nights]
}

# Also rings when nothing happened at all: schedule off, task never started, events lost.
resource "aws_cloudwatch_metric_alarm" "stale" {
  alarm_name          = "${var.name}-data-stale"
  alarm_description   = "No night has succeeded for ${var.stale_hours} hours: the map shows old data"
  namespace           = "AWS/Events"
  metric_name         = "Invocations"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.night_succeeded.name }
  statistic           = "Sum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 3600
  evaluation_periods  = var.stale_hours
  datapoints_to_alarm = var.stale_hours
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for index, widget in local.widgets : {
      type   = "metric"
      x      = 12 * (index % 2)
      y      = 6 * floor(index / 2)
      width  = 12
      height = 6
      properties = {
        title   = widget.title
        region  = var.region
        stat    = widget.statistic
        period  = 300
        view    = "timeSeries"
        metrics = widget.metrics
      }
    }]
  })
}

locals {
  widgets = concat(
    flatten([for service, target in var.services : [
      {
        title     = "${service}: requests and errors"
        statistic = "Sum"
        metrics = [for metric in ["RequestCount", "HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count"] :
        ["AWS/ApplicationELB", metric, "LoadBalancer", var.load_balancer, "TargetGroup", target]]
      },
      {
        title     = "${service}: seconds to answer, 95th percentile"
        statistic = "p95"
        metrics   = [["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.load_balancer, "TargetGroup", target]]
      },
    ]]),
    [
      {
        title     = "Database: CPU and connections"
        statistic = "Average"
        metrics   = [for metric in ["CPUUtilization", "DatabaseConnections"] : ["AWS/RDS", metric, "DBInstanceIdentifier", var.database]]
      },
      {
        title     = "Database: free storage"
        statistic = "Minimum"
        metrics   = [["AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", var.database]]
      },
      {
        title     = "Nights that succeeded"
        statistic = "Sum"
        metrics   = [["AWS/Events", "Invocations", "RuleName", aws_cloudwatch_event_rule.night_succeeded.name]]
      },
      {
        title     = "Requests refused by the rate limit"
        statistic = "Sum"
        metrics   = [["AWS/WAFV2", "BlockedRequests", "WebACL", var.name, "Region", var.region, "Rule", "rate-limit"]]
      },
    ],
  )
}
