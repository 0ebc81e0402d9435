# The nightly ingest: one task a day, started by EventBridge Scheduler.

locals {
  full_name = "${var.common.name}-pipeline"
  command   = ["python", "flow.py"]

  schedules = { for name, schedule in {
    nightly = {
      suffix      = ""
      description = "Loads what the city changed since the last run"
      expression  = var.schedule
      arguments   = []
    }
    reconcile = {
      suffix      = "-reconcile"
      description = "Reads everything and retires requests that the city no longer publishes"
      expression  = var.reconcile_schedule
      arguments   = ["--reconcile"]
    }
  } : name => schedule if schedule.expression != null }
}

module "task" {
  source = "../task"

  common               = var.common
  task                 = "pipeline"
  image                = var.image
  command              = local.command
  cpu                  = var.cpu
  memory_mib           = var.memory_mib
  environment          = var.environment
  secrets              = var.secrets
  statements           = var.statements
  servers              = var.servers
  https_reason         = "the city's portal, the API, Slack"
  stop_timeout_seconds = 120
}

resource "aws_iam_role" "schedule" {
  name = "${local.full_name}-schedule"

  # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = var.common.account_id } }
    }]
  })
}

resource "aws_iam_role_policy" "schedule" {
  name = "start-the-run"
  role = aws_iam_role.schedule.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Action    = "ecs:RunTask"
        Resource  = ["${module.task.family_arn}:*", module.task.family_arn]
        Condition = { ArnEquals = { "ecs:cluster" = var.cluster_arn } }
      },
      {
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = module.task.role_arns
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.common.kms_key_arn
      },
      # https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
      {
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = aws_sqs_queue.not_started.arn
      },
    ]
  })
}

# Starts that the scheduler gave up, each with the error of ECS in its attributes, until a person has read it. It holds no secret,
# so SQS's own key is enough.
resource "aws_sqs_queue" "not_started" {
  name                      = "${local.full_name}-not-started"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_scheduler_schedule_group" "this" {
  name = local.full_name
}

moved {
  from = aws_scheduler_schedule.this["night"]
  to   = aws_scheduler_schedule.this["nightly"]
}

resource "aws_scheduler_schedule" "this" {
  for_each = local.schedules

  group_name                   = aws_scheduler_schedule_group.this.name
  name                         = "${local.full_name}${each.value.suffix}"
  description                  = each.value.description
  schedule_expression          = each.value.expression
  schedule_expression_timezone = "UTC"
  kms_key_arn                  = var.common.kms_key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.cluster_arn
    role_arn = aws_iam_role.schedule.arn

    input = jsonencode({ containerOverrides = [{
      name    = "pipeline"
      command = concat(local.command, each.value.arguments)
    }] })

    # For starting the task only; the flow retries downloads itself.
    retry_policy {
      maximum_retry_attempts       = 5
      maximum_event_age_in_seconds = 3600
    }

    dead_letter_config {
      arn = aws_sqs_queue.not_started.arn
    }

    ecs_parameters {
      # Without a revision the newest one runs, so the schedule follows deployments.
      task_definition_arn = module.task.family_arn
      task_count          = 1
      platform_version    = "LATEST"

      capacity_provider_strategy {
        capacity_provider = var.is_spot ? "FARGATE_SPOT" : "FARGATE"
        weight            = 1
      }

      network_configuration {
        subnets          = var.subnet_ids
        security_groups  = [module.task.security_group_id]
        assign_public_ip = var.common.is_public
      }
    }
  }

  depends_on = [aws_iam_role_policy.schedule]
}
