# Rules of a whole stage. Every resource is a mock: the rules check what Terraform would ask AWS for.

mock_provider "aws" {
  source = "./tests/mocks"
}

# Never called: is_mocked makes no password.
provider "aws" {
  alias                       = "generator"
  region                      = "us-east-1"
  access_key                  = "mocked"
  secret_key                  = "mocked"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  is_mocked         = true
  stage             = "dev"
  account_id        = "123456789012"
  github_repository = "example/311-data-server"
  cidr_block        = "10.31.0.0/16"
  certificate_arn   = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  api_host          = "api.example.org"
  reports_host      = "reports.example.org"

  api_allowed_origins = ["https://311.example.org"]
  external_secrets    = ["SLACK_WEBHOOK_URL", "GITHUB_TOKEN", "SENTRY_URL"]
  alarm_emails        = ["team@example.org"]

  images = {
    api      = "docker.io/example/api@sha256:1111111111111111111111111111111111111111111111111111111111111111"
    reports  = "docker.io/example/reports@sha256:2222222222222222222222222222222222222222222222222222222222222222"
    pipeline = "docker.io/example/pipeline@sha256:3333333333333333333333333333333333333333333333333333333333333333"
  }

  is_protected               = false
  is_database_multi_az       = false
  is_pipeline_spot           = true
  database_instance_class    = "db.t4g.small"
  database_storage_gib       = 30
  database_storage_limit_gib = 100
  backup_days                = 3
  cache_node_type            = "cache.t4g.micro"
  cache_node_count           = 1
  api_size                   = { cpu = 256, memory_mib = 1024 }
  api_tasks                  = { min = 1, max = 2 }
  reports_size               = { cpu = 256, memory_mib = 1024 }
  reports_tasks              = { min = 1, max = 2 }
  pipeline_size              = { cpu = 1024, memory_mib = 2048 }
  budget_usd                 = 420
}

run "dev" {
  assert {
    condition     = endswith(output.files_url, "/files")
    error_message = "A stage publishes the city as files."
  }

  assert {
    condition     = output.name == "la311-dev" && output.cluster == "la311-dev"
    error_message = "Names start with project and stage."
  }

  assert {
    condition     = alltrue([for name in concat(values(output.task_families), values(output.services)) : startswith(name, "la311-dev-")])
    error_message = "The names of families and services must contain the stage."
  }

  assert {
    condition     = length(distinct(values(output.security_groups))) == 4
    error_message = "No two kinds of task share a security group."
  }

  assert {
    condition     = alltrue([for group in values(output.log_groups) : startswith(group, "/la311-dev/")])
    error_message = "The names of log groups must contain the stage."
  }
}

run "prod" {
  variables {
    stage        = "prod"
    is_protected = true
  }

  assert {
    condition = length(setintersection(
      concat(values(output.task_families), values(output.services), values(output.log_groups), values(output.image_parameters), [output.cluster]),
      concat(values(run.dev.task_families), values(run.dev.services), values(run.dev.log_groups), values(run.dev.image_parameters), [run.dev.cluster]),
    )) == 0
    error_message = "The two stages share a name."
  }
}

run "small" {
  variables {
    stage            = "small"
    is_protected     = true
    is_single_host   = true
    cpu_architecture = "ARM64"
    firewall_rules   = []
    redis_image      = "docker.io/library/redis@sha256:5555555555555555555555555555555555555555555555555555555555555555"
  }

  assert {
    condition     = length(module.edge) + length(module.cache) == 0 && length(module.host) + length(module.cdn) == 2
    error_message = "The small shape has CloudFront and one instance in place of load balancer and ElastiCache."
  }

  assert {
    condition     = output.deployment.is_public && keys(output.names) == ["api", "reports"]
    error_message = "Tasks that a deployment starts need public addresses, and each host has its own distribution."
  }

  assert {
    condition     = local.cache_environment.REDIS_URL == "redis://127.0.0.1:6379/0" && length(local.cache_secrets) == 0
    error_message = "Redis listens on the host's loopback address."
  }

  assert {
    condition     = toset(keys(local.objectives)) == toset(["api-availability", "api-latency"]) && local.objectives.api-latency.metrics.quick.name == "api-seconds"
    error_message = "CloudFront measures errors; the share of slow responses is the access log's."
  }

  assert {
    condition     = length(setintersection(values(output.task_families), concat(values(run.dev.task_families), values(run.prod.task_families)))) == 0
    error_message = "Three stages share no name."
  }
}

run "another_city" {
  variables {
    stage = "nyc"
    city  = "nyc"
  }

  assert {
    condition     = local.shared_environment.CITY == "nyc" && output.cluster == "la311-nyc" && run.dev.cluster == "la311-dev"
    error_message = "Two stages may serve two cities."
  }

  assert {
    condition     = local.portal_environment == {}
    error_message = "A stage reads the portal of its own city, which the city's declaration names."
  }
}

run "small_elsewhere_is_refused" {
  command = plan

  variables {
    stage            = "small"
    region           = "us-west-2"
    is_single_host   = true
    cpu_architecture = "ARM64"
    redis_image      = "docker.io/library/redis@sha256:5555555555555555555555555555555555555555555555555555555555555555"
  }

  expect_failures = [var.is_single_host]
}

run "small_without_arm_is_refused" {
  command = plan

  variables {
    stage          = "small"
    is_single_host = true
  }

  expect_failures = [var.is_single_host]
}

run "load_tests_and_a_replica_when_asked_for" {
  variables {
    load_image             = "docker.io/example/311-load@sha256:4444444444444444444444444444444444444444444444444444444444444444"
    database_replica_class = "db.t4g.medium"
    secret_versions        = { admin_token = 1, database = 2, cache = 1 }
  }

  assert {
    condition     = output.load.family == "la311-dev-load" && run.dev.load == null
    error_message = "Load tests have a family only where load_image is set."
  }

  assert {
    condition     = !contains(values(output.task_families), output.load.family)
    error_message = "No deployment touches the load tests."
  }

  assert {
    condition     = join(" ", keys(local.replica_secrets)) == "DATABASE_READ_URL"
    error_message = "API and reports must get the replica's URL."
  }
}

run "a_replica_with_an_old_password_is_refused" {
  command = plan

  variables {
    database_replica_class = "db.t4g.medium"
  }

  expect_failures = [var.database_replica_class]
}

run "moving_tag_of_the_load_tests_is_refused" {
  command = plan

  variables {
    load_image = "docker.io/example/311-load:latest"
  }

  expect_failures = [var.load_image]
}

run "malformed_stage_is_refused" {
  command = plan

  variables {
    stage = "Latest"
  }

  expect_failures = [var.stage]
}

run "unprotected_prod_is_refused" {
  command = plan

  variables {
    stage = "prod"
  }

  expect_failures = [var.is_protected]
}

run "moving_tag_is_refused" {
  command = plan

  variables {
    images = {
      api      = "docker.io/example/api:latest"
      reports  = "docker.io/example/reports@sha256:2222222222222222222222222222222222222222222222222222222222222222"
      pipeline = "docker.io/example/pipeline@sha256:3333333333333333333333333333333333333333333333333333333333333333"
    }
  }

  expect_failures = [var.images]
}

run "any_origin_is_refused" {
  command = plan

  variables {
    api_allowed_origins = ["*"]
  }

  expect_failures = [var.api_allowed_origins]
}

run "plain_database_connections_are_refused" {
  command = plan

  variables {
    database_ssl_mode = "prefer"
  }

  expect_failures = [var.database_ssl_mode]
}

run "dummy_keys_stay_on_this_machine" {
  command = plan

  variables {
    emulator_endpoint = "http://emulator.example.org:5000"
  }

  expect_failures = [var.emulator_endpoint]
}

run "mail_to_nobody_is_refused" {
  command = plan

  variables {
    feedback_mail = { to = "", from = "no-reply@example.org" }
  }

  expect_failures = [var.feedback_mail]
}

run "unknown_secret_is_refused" {
  command = plan

  variables {
    external_secrets = ["DATABASE_URL"]
  }

  expect_failures = [var.external_secrets]
}

run "mocked_passwords_stay_in_tests" {
  command = plan

  variables {
    account_id = "210987654321"
  }

  expect_failures = [var.is_mocked]
}
