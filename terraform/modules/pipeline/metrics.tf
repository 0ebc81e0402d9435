# What a run did, from the line that it logs at its end (prefect/pipeline/metrics.py). CloudWatch bills a metric by the hours in
# which it gets a value: an hour a day.

locals {
  figures = { for name in ["seconds", "rows_read", "rows_inserted", "rows_updated", "rows_rejected", "warnings", "datasets_skipped"] :
    name => { namespace = var.common.name, name = "run-${replace(name, "_", "-")}", dimensions = {}, stat = "Maximum" }
  }
}

resource "aws_cloudwatch_log_metric_filter" "figures" {
  for_each = local.figures

  name           = each.value.name
  log_group_name = module.task.log_group
  pattern        = "{ $.figures.${each.key} = * }"

  metric_transformation {
    namespace = each.value.namespace
    name      = each.value.name
    value     = "$.figures.${each.key}"
  }
}
