# How the nightly ingest ended, by its exit code.

locals {
  run_event = {
    source        = ["aws.ecs"]
    "detail-type" = ["ECS Task State Change"]
  }
  run_detail = {
    clusterArn        = [var.cluster_arn]
    taskDefinitionArn = [{ prefix = "arn:aws:ecs:${var.region}:${var.account_id}:task-definition/${var.pipeline_family}:" }]
    lastStatus        = ["STOPPED"]
    # deploy/ starts under these names what loads nothing; who started it sees how it ended.
    startedBy = [{ "anything-but" = ["dry-run", "command"] }]
  }
}

# Any code but 0 and 50 (another run holds the lock), also of runs that skipped datasets or files; or no code, because the
# container never started.
resource "aws_cloudwatch_event_rule" "run_failed" {
  name        = "${var.name}-run-failed"
  description = "The pipeline's task ended without success"
  event_pattern = jsonencode(merge(local.run_event, { detail = merge(local.run_detail, {
    containers = { exitCode = [{ "anything-but" = [0, 50] }, { exists = false }] }
  }) }))
}

resource "aws_cloudwatch_event_target" "run_failed" {
  rule = aws_cloudwatch_event_rule.run_failed.name
  arn  = aws_sns_topic.alarms.arn

  input_transformer {
    input_paths = {
      stopped = "$.detail.stoppedReason"
      task    = "$.detail.taskArn"
    }
    input_template = "\"${var.name}: the nightly run failed, or skipped datasets or files (<stopped>). Task <task>; log group ${var.pipeline_log_group}. See docs/runbook.md, Repeat a run.\""
  }
}

# Counted by the alarm data-stale. 60 (partial), 70 (no new files) and 80 (no maintenance) have loaded and published data too.
resource "aws_cloudwatch_event_rule" "run_succeeded" {
  name        = "${var.name}-run-succeeded"
  description = "The pipeline's task loaded data"
  event_pattern = jsonencode(merge(local.run_event, { detail = merge(local.run_detail, {
    containers = { exitCode = [0, 60, 70, 80] }
  }) }))
}

resource "aws_cloudwatch_log_group" "runs" {
  #checkov:skip=CKV_AWS_338:Kept for log_retention_days; a year of them costs more and has no reader
  name              = "/${var.name}/runs"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_cloudwatch_log_resource_policy" "runs" {
  policy_name = "${var.name}-runs"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions
      {
        Sid       = "CreateStreams"
        Effect    = "Allow"
        Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
        Action    = "logs:CreateLogStream"
        Resource  = "${aws_cloudwatch_log_group.runs.arn}:*"
      },
      # EventBridge names its rule only when it writes:
      # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-cloudwatchlogs-permissions
      {
        Sid       = "WriteEvents"
        Effect    = "Allow"
        Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
        Action    = "logs:PutLogEvents"
        Resource  = "${aws_cloudwatch_log_group.runs.arn}:*"
        Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.run_succeeded.arn } }
      },
    ]
  })
}

resource "aws_cloudwatch_event_target" "run_succeeded" {
  rule = aws_cloudwatch_event_rule.run_succeeded.name
  arn  = aws_cloudwatch_log_group.runs.arn

  depends_on = [aws_cloudwatch_log_resource_policy.runs]
}
