# What every alarm watches, with its limit; what runs and services logged; and requests by route. A new alarm gets its widget by itself.

locals {
  alarm_widgets = [for name in sort(keys(local.all_alarms)) : {
    type = "metric"
    properties = {
      title  = name
      region = var.region
      view   = "timeSeries"
      metrics = concat(
        [for id, metric in local.all_alarms[name].metrics : concat(
          [metric.namespace, metric.name],
          flatten([for key in sort(keys(metric.dimensions)) : [key, metric.dimensions[key]]]),
          [{
            id      = id
            stat    = metric.stat
            period  = try(local.all_alarms[name].period, 300)
            visible = try(local.all_alarms[name].expression, null) == null
          }],
        )],
        [for expression in [try(local.all_alarms[name].expression, null)] : [
          { id = "judged", label = name, expression = expression, period = try(local.all_alarms[name].period, 300) }
        ] if expression != null],
      )
      annotations = { horizontal = [{ label = "alarm", value = local.all_alarms[name].threshold }] }
    }
  }]

  time_widgets = [for service in sort(keys(var.times)) : {
    type = "metric"
    properties = {
      title  = "${service}: seconds of its requests, and how many"
      region = var.region
      view   = "timeSeries"
      metrics = concat(
        [for stat in ["p50", "p95", "p99"] : [var.times[service].namespace, var.times[service].name, { stat = stat, period = 300 }]],
        [[var.times[service].namespace, var.times[service].name, { stat = "SampleCount", period = 300, yAxis = "right", label = "requests" }]],
      )
      annotations = { horizontal = [] }
    }
  }]

  figure_widgets = [for name in sort(keys(var.figures)) : {
    type = "metric"
    properties = {
      title       = "last run: ${name}"
      region      = var.region
      view        = "timeSeries"
      metrics     = [[var.figures[name].namespace, var.figures[name].name, { stat = var.figures[name].stat, period = 3600 }]]
      annotations = { horizontal = [] }
    }
  }]

  # Read when a person looks at it, so that a metric for each route costs nothing.
  route_widgets = [for service in sort(keys(var.log_groups)) : {
    type = "log"
    properties = {
      title  = "${service}: requests by route"
      region = var.region
      view   = "table"
      query = join(" ", [
        "SOURCE '${var.log_groups[service]}' | filter logger = 'access'",
        "| stats count(*) as requests, sum(status >= 500) as errors, pct(seconds, 50) as p50, pct(seconds, 99) as p99 by route",
        "| sort requests desc",
      ])
    }
  }]

  widgets = concat(local.alarm_widgets, local.time_widgets, local.figure_widgets, local.route_widgets)
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  # As text first: widgets of alarms, figures and routes differ in their properties.
  dashboard_body = format("{\"widgets\":[%s]}", join(",", [for index, widget in local.widgets : jsonencode(merge(widget, {
    x      = 8 * (index % 3)
    y      = 5 * floor(index / 3)
    width  = 8
    height = 5
  }))]))
}
