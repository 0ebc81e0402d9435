# What a container may and may not.

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

  task         = "api"
  image        = "docker.io/example/api@sha256:1111111111111111111111111111111111111111111111111111111111111111"
  cpu          = 256
  memory_mib   = 512
  https_reason = "nothing else"
  environment  = { STAGE = "dev" }

  secrets = {
    ADMIN_TOKEN = "arn:aws:ssm:us-east-1:123456789012:parameter/la311-dev/ADMIN_TOKEN"
    PGPASSWORD  = "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds-owner-abcdef:password::"
  }

  servers = { database = { security_group_id = "sg-database", port = 5432 } }
}

run "container" {
  module {
    source = "./modules/task"
  }

  assert {
    condition     = alltrue([for container in jsondecode(aws_ecs_task_definition.this.container_definitions) : container.readonlyRootFilesystem && !container.privileged])
    error_message = "The root file system must be read-only and the container without privileges."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].linuxParameters.capabilities.drop == ["ALL"]
    error_message = "Every Linux capability must be dropped."
  }

  assert {
    condition     = length(setintersection([for entry in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : entry.name], keys(var.secrets))) == 0
    error_message = "A secret must not stand in the environment."
  }

  assert {
    condition = toset(flatten([for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Action])) == toset([
      "logs:CreateLogStream", "logs:PutLogEvents", "ssm:GetParameters", "secretsmanager:GetSecretValue", "kms:Decrypt",
    ])
    error_message = "The execution role may do more, or less, than write its log and read its secrets."
  }

  assert {
    condition = alltrue([for resource in flatten([for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Resource]) :
    resource != "*" && !endswith(resource, "/*")])
    error_message = "The execution role must name each resource."
  }

  assert {
    condition = contains(
      flatten([for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Resource]),
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:rds-owner-abcdef",
    )
    error_message = "IAM wants the secret's ARN without the key of ECS."
  }

  assert {
    condition     = jsondecode(aws_iam_role.execution.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    error_message = "Only this account's ECS may assume the role."
  }

  assert {
    condition     = aws_vpc_security_group_egress_rule.https.from_port == 443 && aws_vpc_security_group_egress_rule.https.to_port == 443
    error_message = "Tasks call out by HTTPS only."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_egress_rule.server : rule.cidr_ipv4 == null])
    error_message = "Servers are reached by security group, not by address."
  }

  assert {
    condition     = aws_ecs_task_definition.this.track_latest
    error_message = "Terraform must follow deployments."
  }
}

run "without_secrets_nothing_to_read" {
  module {
    source = "./modules/task"
  }

  variables {
    secrets = {}
  }

  assert {
    condition     = length(jsondecode(aws_iam_role_policy.execution.policy).Statement) == 1
    error_message = "Without secrets there is only the log to write."
  }
}

run "secret_by_name_is_refused_as_plain_setting" {
  command = plan

  module {
    source = "./modules/task"
  }

  variables {
    environment = { ADMIN_TOKEN = "open" }
  }

  expect_failures = [var.environment]
}

run "tag_is_refused" {
  command = plan

  module {
    source = "./modules/task"
  }

  variables {
    image = "docker.io/example/api:1.0"
  }

  expect_failures = [var.image]
}

run "impossible_size_is_refused" {
  command = plan

  module {
    source = "./modules/task"
  }

  variables {
    memory_mib = 256
  }

  expect_failures = [var.memory_mib]
}
