# How containers run, with rollback and on schedule; and who may deploy them.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  common = {
    name               = "la311-dev"
    region             = "us-east-1"
    account_id         = "123456789012"
    vpc_id             = "vpc-1"
    kms_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    cpu_architecture   = "X86_64"
    log_retention_days = 30
    is_public          = false
  }

  image        = "docker.io/example/api@sha256:1111111111111111111111111111111111111111111111111111111111111111"
  environment  = { STAGE = "dev" }
  secrets      = {}
  servers      = {}
  statements   = []
  cpu          = 256
  memory_mib   = 512
  cluster_arn  = "arn:aws:ecs:us-east-1:123456789012:cluster/la311-dev"
  cluster_name = "la311-dev"
  subnet_ids   = ["subnet-1", "subnet-2"]
}

run "service" {
  module {
    source = "./modules/service"
  }

  variables {
    service       = "api"
    port          = 5000
    health_path   = "/status/ready"
    host          = "api.example.org"
    https_reason  = "nothing else"
    rule_priority = 100
    tasks         = { min = 2, max = 6 }

    load_balancer = {
      listener_arn      = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/mock/0123456789abcdef/0123456789abcdef"
      security_group_id = "sg-edge"
      arn_suffix        = "app/mock/0123456789abcdef"
    }
  }

  assert {
    condition     = !aws_ecs_service.this.network_configuration[0].assign_public_ip
    error_message = "Tasks must not have public addresses."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_circuit_breaker[0].enable && aws_ecs_service.this.deployment_circuit_breaker[0].rollback
    error_message = "A deployment that never becomes healthy must roll back."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_minimum_healthy_percent == 100
    error_message = "Old tasks must stay until new ones are healthy."
  }

  assert {
    condition     = !aws_ecs_service.this.enable_execute_command
    error_message = "ECS must not open a shell in a container."
  }

  assert {
    condition     = aws_lb_target_group.this[0].health_check[0].path == "/status/ready"
    error_message = "Health means readiness, not liveness."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.load_balancer[0].referenced_security_group_id == "sg-edge" && aws_vpc_security_group_ingress_rule.load_balancer[0].cidr_ipv4 == null
    error_message = "Only the load balancer may reach the port."
  }

  assert {
    condition     = aws_appautoscaling_target.this[0].min_capacity == 2 && aws_appautoscaling_target.this[0].max_capacity == 6
    error_message = "Autoscaling stays within the given bounds."
  }

  assert {
    condition     = aws_cloudwatch_log_metric_filter.seconds.log_group_name == output.log_group && one(aws_cloudwatch_log_metric_filter.seconds.metric_transformation).value == "$.seconds"
    error_message = "The time of every request is a metric, cached ones included."
  }

  assert {
    condition     = output.alarms["api-5xx"].threshold == 10 && output.alarms["api-5xx"].expression == "100 * FILL(bad, 0) / total"
    error_message = "Errors are judged as a share: a quiet site that fails every request must ring too."
  }
}

run "service_on_the_host" {
  module {
    source = "./modules/service"
  }

  variables {
    service       = "api"
    port          = 5000
    health_path   = "/status/ready"
    host          = "api.example.org"
    https_reason  = "nothing else"
    rule_priority = 100
    tasks         = { min = 1, max = 1 }
  }

  assert {
    condition     = aws_ecs_service.this.launch_type == "EC2" && length(aws_lb_target_group.this) == 0 && length(aws_appautoscaling_target.this) == 0
    error_message = "Without load balancer the service runs on the instance, with neither target group nor autoscaling."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_minimum_healthy_percent == 0 && aws_ecs_service.this.deployment_maximum_percent == 100
    error_message = "Two tasks cannot have one port of one host: the old one must stop first."
  }

  assert {
    condition     = output.alarms["api-absent"].missing == "breaching"
    error_message = "A service that is gone sends no metrics, and must ring."
  }
}

run "nightly" {
  module {
    source = "./modules/pipeline"
  }

  variables {
    schedule           = "cron(0 8 * * ? *)"
    reconcile_schedule = "cron(0 10 ? * SUN *)"
    is_spot            = false
  }

  assert {
    condition     = aws_scheduler_schedule.this["nightly"].schedule_expression == "cron(0 8 * * ? *)" && aws_scheduler_schedule.this["nightly"].schedule_expression_timezone == "UTC"
    error_message = "The nightly ingest runs at 08:00 UTC."
  }

  assert {
    condition     = jsondecode(aws_scheduler_schedule.this["reconcile"].target[0].input).containerOverrides[0].command == ["python", "flow.py", "--reconcile"]
    error_message = "Once a week everything is compared with the city."
  }

  assert {
    condition     = !aws_scheduler_schedule.this["nightly"].target[0].ecs_parameters[0].network_configuration[0].assign_public_ip
    error_message = "Behind NAT the pipeline must not have a public address."
  }

  assert {
    condition     = one(aws_scheduler_schedule.this["nightly"].target[0].ecs_parameters[0].capacity_provider_strategy[*].capacity_provider) == "FARGATE"
    error_message = "Not on spot unless asked for."
  }

  assert {
    condition     = alltrue([for schedule in aws_scheduler_schedule.this : one(schedule.target[0].dead_letter_config[*].arn) == aws_sqs_queue.not_started.arn])
    error_message = "A start that the scheduler gives up must leave its reason in the queue."
  }

  assert {
    condition = length([for statement in jsondecode(aws_iam_role_policy.schedule.policy).Statement : statement
    if statement.Action == "sqs:SendMessage" && statement.Resource == aws_sqs_queue.not_started.arn]) == 1
    error_message = "The scheduler writes to the queue by the role of the schedule."
  }

  assert {
    condition     = output.alarms["run-not-started"].metrics.waiting.dimensions.QueueName == aws_sqs_queue.not_started.name && aws_sqs_queue.not_started.message_retention_seconds == 14 * 86400
    error_message = "A message in the queue must ring, and stay for as long as SQS keeps any."
  }

  assert {
    condition     = length(aws_cloudwatch_log_metric_filter.figures) == 7 && aws_cloudwatch_log_metric_filter.figures["rows_read"].pattern == "{ $.figures.rows_read = * }"
    error_message = "The figures of a run are metrics."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.schedule.policy).Statement : !contains(flatten([statement.Resource]), "*")])
    error_message = "The schedule may start this task only."
  }
}

run "no_schedule" {
  module {
    source = "./modules/pipeline"
  }

  variables {
    schedule           = null
    reconcile_schedule = null
    is_spot            = true
  }

  assert {
    condition     = length(aws_scheduler_schedule.this) == 0
    error_message = "Without a schedule nothing starts."
  }
}

run "load" {
  module {
    source = "./modules/load"
  }

  assert {
    condition     = output.family == "la311-dev-load"
    error_message = "The name of the family must contain the stage."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.worker.referenced_security_group_id == output.security_group_id && aws_vpc_security_group_ingress_rule.worker.cidr_ipv4 == null
    error_message = "Only other load tests may reach a master."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.worker.from_port == 5557 && aws_vpc_security_group_egress_rule.master.from_port == 5557 && aws_vpc_security_group_egress_rule.master.referenced_security_group_id == output.security_group_id
    error_message = "Workers reach their master by Locust's port, and nothing else of the stage."
  }
}

run "deploy_role" {
  module {
    source = "./modules/delivery"
  }

  variables {
    name                 = "la311-dev"
    region               = "us-east-1"
    account_id           = "123456789012"
    repository           = "example/311-data-server"
    environment          = "dev"
    service_arns         = ["arn:aws:ecs:us-east-1:123456789012:service/la311-dev/la311-dev-api"]
    task_families        = ["la311-dev-api", "la311-dev-migrate"]
    runnable_families    = ["la311-dev-migrate"]
    task_role_arns       = ["arn:aws:iam::123456789012:role/la311-dev-api-task"]
    image_parameter_arns = ["arn:aws:ssm:us-east-1:123456789012:parameter/la311-dev/image/api"]
    log_groups           = ["/la311-dev/migrate"]
  }

  assert {
    condition     = jsondecode(aws_iam_role.deploy.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == "repo:example/311-data-server:environment:dev"
    error_message = "Only this repository's jobs of this environment may deploy."
  }

  assert {
    condition     = length([for statement in jsondecode(aws_iam_role_policy.deploy.policy).Statement : statement if contains(flatten([statement.Resource]), "*")]) == 1
    error_message = "Only the action that supports no resources may have a star."
  }

  assert {
    condition = alltrue([for action in flatten([for statement in jsondecode(aws_iam_role_policy.deploy.policy).Statement : statement.Action]) :
    !endswith(action, "*") && (startswith(action, "ecs:") || startswith(action, "logs:") || contains(["iam:PassRole", "ssm:GetParameter", "ssm:PutParameter"], action))])
    error_message = "The deploy role may do nothing beyond deploying."
  }

  assert {
    condition     = contains(flatten([for statement in jsondecode(aws_iam_role_policy.deploy.policy).Statement : statement.Action]), "ecs:StopTask")
    error_message = "A migration that takes too long must be stopped, not only given up."
  }
}

run "deploy_role_of_a_newer_repository" {
  module {
    source = "./modules/delivery"
  }

  variables {
    name                 = "la311-dev"
    region               = "us-east-1"
    account_id           = "123456789012"
    repository           = "example@1001/311-data-server@2002"
    environment          = "dev"
    service_arns         = []
    task_families        = []
    runnable_families    = []
    task_role_arns       = []
    image_parameter_arns = []
    log_groups           = []
  }

  assert {
    condition     = jsondecode(aws_iam_role.deploy.assume_role_policy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"] == "repo:example@1001/311-data-server@2002:environment:dev"
    error_message = "The subject of newer repositories contains their ids."
  }
}

run "wildcard_repository_is_refused" {
  command = plan

  module {
    source = "./modules/delivery"
  }

  variables {
    name                 = "la311-dev"
    region               = "us-east-1"
    account_id           = "123456789012"
    repository           = "example/*"
    environment          = "dev"
    service_arns         = []
    task_families        = []
    runnable_families    = []
    task_role_arns       = []
    image_parameter_arns = []
    log_groups           = []
  }

  expect_failures = [var.repository]
}
