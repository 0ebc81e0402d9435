# Every metric that an alarm watches, one widget for each alarm: adding an alarm adds its picture.

locals {
  watched = merge(var.alarms, local.night_alarms)
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for index, name in sort(keys(local.watched)) : {
      type   = "metric"
      x      = 8 * (index % 3)
      y      = 5 * floor(index / 3)
      width  = 8
      height = 5
      properties = {
        title  = name
        region = var.region
        view   = "timeSeries"
        metrics = [for id, metric in local.watched[name].metrics : concat(
          [metric.namespace, metric.name],
          flatten([for key in sort(keys(metric.dimensions)) : [key, metric.dimensions[key]]]),
          [{ stat = metric.stat, period = try(local.watched[name].period, 300) }],
        )]
        annotations = { horizontal = try(local.watched[name].expression, null) == null ? [{ value = local.watched[name].threshold }] : [] }
      }
    }]
  })
}
