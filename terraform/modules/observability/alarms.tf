# One alarm for each entry of var.alarms and for each service-level objective. A metric that calls for no action has none.

locals {
  # Google's multi-window rates, each with its longer window only: 2 % of a month's error budget in an hour, 5 % in six hours.
  # https://sre.google/workbook/alerting-on-slos/
  burns = {
    fast = { seconds = 3600, rate = 14.4, share = "2 %", window = "an hour" }
    slow = { seconds = 21600, rate = 6, share = "5 %", window = "six hours" }
  }

  burn_alarms = merge([for name, objective in var.objectives : { for speed, burn in local.burns : "${name}-${speed}" => {
    description = "${objective.description}: ${burn.share} of the month's error budget was used in ${burn.window}"
    metrics     = objective.metrics
    expression  = objective.expression
    threshold   = burn.rate * (100 - objective.target)
    period      = burn.seconds
  } }]...)

  run_alarms = {
    data-stale = {
      description = "No run has succeeded for ${var.stale_hours} hours: the map shows old data"
      metrics     = { succeeded = merge(local.rule_metric, { name = "Invocations", dimensions = { RuleName = aws_cloudwatch_event_rule.run_succeeded.name } }) }
      comparison  = "LessThanThreshold", threshold = 1, missing = "breaching"
      period      = 3600, periods = var.stale_hours
    }
    message-lost = {
      description = "EventBridge could not deliver the message of a failed run: look at the policies of topic and key"
      metrics     = { failed = merge(local.rule_metric, { name = "FailedInvocations", dimensions = { RuleName = aws_cloudwatch_event_rule.run_failed.name } }) }
      threshold   = 1
    }
  }

  # ACM sends the days twice a day, until the certificate has expired or is deleted: two days without any are an end too.
  # https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
  certificate_alarms = {
    certificate-expiry = {
      description = "The certificate ends in less than 30 days, or ACM no longer has it: are its DNS records still there?"
      metrics     = { days = { namespace = "AWS/CertificateManager", name = "DaysToExpiry", dimensions = { CertificateArn = var.certificate_arn }, stat = "Minimum" } }
      comparison  = "LessThanThreshold", threshold = 30, missing = "breaching"
      period      = 86400, periods = 2
    }
  }

  outside_alarms = { for check in aws_route53_health_check.outside : "site-away" => {
    description = "The API does not answer AWS's health checkers outside of this region"
    metrics     = { healthy = { namespace = "AWS/Route53", name = "HealthCheckStatus", dimensions = { HealthCheckId = check.id }, stat = "Minimum" } }
    comparison  = "LessThanThreshold", threshold = 1, periods = 2, missing = "breaching"
  } }

  # ACM sends its metric to the certificate's own region, and CloudWatch alarms look at theirs only.
  all_alarms = merge(
    var.alarms, local.burn_alarms, local.run_alarms, local.outside_alarms,
    { for name, alarm in local.certificate_alarms : name => alarm if split(":", var.certificate_arn)[3] == var.region },
  )
  rule_metric = { namespace = "AWS/Events", stat = "Sum" }
}

# From outside of the region, as a client sees it: DNS, certificate, firewall and all. Its metric exists in us-east-1 only.
resource "aws_route53_health_check" "outside" {
  count = var.outside_host == null ? 0 : 1

  type              = "HTTPS"
  fqdn              = var.outside_host
  port              = 443
  resource_path     = "/status/ready"
  request_interval  = 30
  failure_threshold = 3

  tags = { Name = var.name }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.all_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = try(each.value.comparison, "GreaterThanOrEqualToThreshold")
  threshold           = each.value.threshold
  evaluation_periods  = try(each.value.periods, 1)
  datapoints_to_alarm = try(each.value.periods, 1)
  treat_missing_data  = try(each.value.missing, "notBreaching")
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id          = metric_query.key
      return_data = try(each.value.expression, null) == null

      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.name
        dimensions  = metric_query.value.dimensions
        stat        = metric_query.value.stat
        period      = try(each.value.period, 300)
      }
    }
  }

  dynamic "metric_query" {
    for_each = try(each.value.expression, null) == null ? [] : [each.value.expression]

    content {
      id          = "judged"
      expression  = metric_query.value
      label       = each.key
      return_data = true
    }
  }
}
