# Alarms and messages: who may publish, what rings when something is gone, and how fast an error budget may burn.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "la311-prod"
  region             = "us-east-1"
  account_id         = "123456789012"
  kms_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  alarm_emails       = ["team@example.org"]
  budget_usd         = 420
  outside_host       = "api.example.org"
  certificate_arn    = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  databases          = ["la311-prod"]
  cluster_arn        = "arn:aws:ecs:us-east-1:123456789012:cluster/la311-prod"
  pipeline_family    = "la311-prod-pipeline"
  pipeline_log_group = "/la311-prod/pipeline"
  figures            = { rows_read = { namespace = "la311-prod", name = "run-rows-read", dimensions = {}, stat = "Maximum" } }
  times              = { api = { namespace = "la311-prod", name = "api-seconds", dimensions = {}, stat = "p95" } }
  log_groups         = { api = "/la311-prod/api" }
  log_retention_days = 30

  alarms = { thing-away = {
    description = "The thing is away"
    metrics     = { seen = { namespace = "AWS/RDS", name = "CPUUtilization", dimensions = { DBInstanceIdentifier = "la311-prod" }, stat = "SampleCount" } }
    comparison  = "LessThanThreshold", threshold = 1, missing = "breaching"
  } }

  objectives = { api-availability = {
    description = "99.5 % of requests"
    target      = 99.5
    metrics     = { share = { namespace = "AWS/CloudFront", name = "5xxErrorRate", dimensions = { Region = "Global" }, stat = "Average" } }
    expression  = null
  } }
}

run "observability" {
  module {
    source = "./modules/observability"
  }

  # EventBridge supports no Condition in a topic's policy; with one its messages are lost without an error.
  assert {
    condition = alltrue([for statement in jsondecode(aws_sns_topic_policy.alarms.policy).Statement :
    can(statement.Condition) != contains(flatten([statement.Principal.Service]), "events.amazonaws.com")])
    error_message = "EventBridge must have a separate statement without a condition; every other service needs one."
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_cloudwatch_log_resource_policy.runs.policy_document).Statement :
    !can(statement.Condition.StringEquals) && (can(statement.Condition) == (statement.Action == "logs:PutLogEvents"))])
    error_message = "EventBridge creates a log stream without a source, and writes to it with the rule as aws:SourceArn."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : contains(["breaching", "notBreaching"], alarm.treat_missing_data)])
    error_message = "An alarm with treat_missing_data = missing goes to INSUFFICIENT_DATA and sends no notification."
  }

  # Few are too few: whatever rings when a number is low must ring when there is none. Only what a limit above it watches may be silent.
  assert {
    condition = alltrue([for alarm in aws_cloudwatch_metric_alarm.this :
    alarm.treat_missing_data == "breaching" if alarm.comparison_operator == "LessThanThreshold"])
    error_message = "A thing that is gone sends no metrics, and must ring."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["certificate-expiry"].evaluation_periods == 2
    error_message = "ACM sends the days of a certificate twice a day; one late message is no alarm."
  }

  assert {
    condition = alltrue([for name, alarm in aws_cloudwatch_metric_alarm.this :
    length([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget if widget.properties.title == name]) == 1])
    error_message = "The dashboard shows what each alarm watches, burn rates included."
  }

  assert {
    condition = length([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget
    if strcontains(jsonencode(widget.properties), "api-seconds") || strcontains(jsonencode(widget.properties), "run-rows-read") || widget.type == "log"]) == 3
    error_message = "The dashboard shows the times of services, the figures of runs, and requests by route."
  }

  assert {
    condition = alltrue(flatten([for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [
    for metric in widget.properties.metrics : try(metric[length(metric) - 1].expression, null) != ""] if widget.type == "metric"]))
    error_message = "A widget without an expression must not have an empty one."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : length(alarm.alarm_actions) == 1 && length(alarm.ok_actions) == 1])
    error_message = "Every alarm notifies at its beginning and at its end."
  }

  assert {
    condition     = abs(aws_cloudwatch_metric_alarm.this["api-availability-fast"].threshold - 7.2) < 0.001 && abs(aws_cloudwatch_metric_alarm.this["api-availability-slow"].threshold - 3) < 0.001
    error_message = "14.4 and 6 times an error budget of 0.5 percent."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.run_failed.event_pattern).detail.containers.exitCode == [{ "anything-but" = [0, 50] }, { exists = false }]
    error_message = "Exit 50, another run holds the lock, is no failure; a container without exit code is."
  }

  assert {
    condition     = alltrue([for rule in [aws_cloudwatch_event_rule.run_succeeded, aws_cloudwatch_event_rule.run_failed] : jsondecode(rule.event_pattern).detail.startedBy == [{ "anything-but" = ["dry-run", "command"] }]])
    error_message = "Dry runs and commands such as erase must neither count as fresh data nor as failed runs."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.run_succeeded.event_pattern).detail.containers.exitCode == [0, 60, 70, 80]
    error_message = "Exits 60, 70 and 80 count as fresh data: they skipped datasets, files or maintenance, and published the rest."
  }

  assert {
    condition     = length(aws_budgets_budget.this.notification) == 2 && aws_db_event_subscription.this.source_ids == toset(["la311-prod"])
    error_message = "The budget warns of actual and forecast costs, and RDS reports its own events."
  }
}

run "certificate_of_another_region" {
  module {
    source = "./modules/observability"
  }

  variables {
    region = "us-west-2"
  }

  assert {
    condition     = !contains(keys(aws_cloudwatch_metric_alarm.this), "certificate-expiry")
    error_message = "ACM sends its metric to the certificate's region: an alarm elsewhere would ring without end."
  }
}

run "key" {
  module {
    source = "./modules/secrets"
  }

  variables {
    is_protected        = false
    admin_token_version = 1
    admin_token         = "mocked"
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_kms_key.this.policy).Statement : statement.Effect == "Allow"])
    error_message = "A disposable stage is deleted with its key."
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_kms_key.this.policy).Statement :
    can(statement.Condition) != contains(flatten([try(statement.Principal.Service, [])]), "events.amazonaws.com") || statement.Sid == "AccountDecidesByIam"])
    error_message = "EventBridge sends no aws:SourceAccount to the key of a topic; every other service does."
  }

  assert {
    condition = toset(flatten([for statement in jsondecode(aws_kms_key.this.policy).Statement : try(statement.Principal.Service, [])])) == toset([
      "logs.us-east-1.amazonaws.com", "cloudwatch.amazonaws.com", "events.rds.amazonaws.com", "events.amazonaws.com",
    ])
    error_message = "Every service that publishes to the topic, or encrypts a log, needs the key, and no other."
  }
}

run "key_of_a_protected_stage" {
  module {
    source = "./modules/secrets"
  }

  variables {
    is_protected        = true
    admin_token_version = 1
    admin_token         = "mocked"
  }

  assert {
    condition = [for statement in jsondecode(aws_kms_key.this.policy).Statement : [statement.Principal, statement.Action] if statement.Effect == "Deny"] == [
      ["*", "kms:ScheduleKeyDeletion"]
    ]
    error_message = "The final snapshot of a protected stage is unreadable once its key is deleted."
  }
}

run "an_alarm_that_never_rings_is_refused" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    alarms = { thing-away = {
      description = "The thing is away"
      metrics     = { seen = { namespace = "AWS/RDS", name = "CPUUtilization", dimensions = {}, stat = "SampleCount" } }
      comparison  = "LessThanThreshold", threshold = 1, missing = "missing"
    } }
  }

  expect_failures = [var.alarms]
}

run "a_thing_whose_absence_is_silent_is_refused" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    alarms = { thing-lag = {
      description = "The thing is slow"
      metrics     = { lag = { namespace = "AWS/RDS", name = "ReplicaLag", dimensions = { DBInstanceIdentifier = "la311-prod-read" }, stat = "Average" } }
      threshold   = 60
    } }
  }

  expect_failures = [var.alarms]
}

run "a_topic_without_subscribers_is_refused" {
  command = plan

  module {
    source = "./modules/observability"
  }

  variables {
    alarm_emails = []
  }

  expect_failures = [var.alarm_emails]
}
