# How containers run: privately, with rollback, the night at its hour; and who may deploy them.

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
  }

  image        = "docker.io/example/api@sha256:1111111111111111111111111111111111111111111111111111111111111111"
  environment  = { STAGE = "dev" }
  secrets      = {}
  servers      = {}
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
    service                         = "api"
    port                            = 5000
    health_path                     = "/status/ready"
    host                            = "api.example.org"
    https_reason                    = "nothing else"
    listener_arn                    = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/mock/0123456789abcdef/0123456789abcdef"
    rule_priority                   = 100
    load_balancer_security_group_id = "sg-edge"
    tasks                           = { min = 2, max = 6 }
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
    error_message = "Nobody opens a shell in a container."
  }

  assert {
    condition     = aws_lb_target_group.this.health_check[0].path == "/status/ready"
    error_message = "Health is readiness, not being alive."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.load_balancer.referenced_security_group_id == "sg-edge" && aws_vpc_security_group_ingress_rule.load_balancer.cidr_ipv4 == null
    error_message = "Only the load balancer may reach the port."
  }

  assert {
    condition     = aws_appautoscaling_target.this.min_capacity == 2 && aws_appautoscaling_target.this.max_capacity == 6
    error_message = "Autoscaling stays within what was asked."
  }
}

run "night" {
  module {
    source = "./modules/pipeline"
  }

  variables {
    schedule           = "cron(0 8 * * ? *)"
    reconcile_schedule = "cron(0 10 ? * SUN *)"
    is_spot            = false
  }

  assert {
    condition     = aws_scheduler_schedule.this["night"].schedule_expression == "cron(0 8 * * ? *)" && aws_scheduler_schedule.this["night"].schedule_expression_timezone == "UTC"
    error_message = "The night runs at 08:00 UTC."
  }

  assert {
    condition     = jsondecode(aws_scheduler_schedule.this["reconcile"].target[0].input).containerOverrides[0].command == ["python", "flow.py", "--reconcile"]
    error_message = "Once a week everything is compared with the city."
  }

  assert {
    condition     = !aws_scheduler_schedule.this["night"].target[0].ecs_parameters[0].network_configuration[0].assign_public_ip
    error_message = "The night must not have a public address."
  }

  assert {
    condition     = one(aws_scheduler_schedule.this["night"].target[0].ecs_parameters[0].capacity_provider_strategy[*].capacity_provider) == "FARGATE"
    error_message = "Not on spot unless asked for."
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
    error_message = "Without schedule nothing starts by itself."
  }
}

run "load" {
  module {
    source = "./modules/load"
  }

  assert {
    condition     = output.family == "la311-dev-load"
    error_message = "The family carries the stage in its name."
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
    error_message = "Only the action that knows no resources may have a star."
  }

  assert {
    condition = alltrue([for action in flatten([for statement in jsondecode(aws_iam_role_policy.deploy.policy).Statement : statement.Action]) :
    !endswith(action, "*") && (startswith(action, "ecs:") || startswith(action, "logs:") || contains(["iam:PassRole", "ssm:GetParameter", "ssm:PutParameter"], action))])
    error_message = "The deploy role may do nothing beyond deploying."
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
    error_message = "Newer repositories carry their numbers in the subject."
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
