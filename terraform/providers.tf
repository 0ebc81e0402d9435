locals {
  # With emulator_endpoint every call goes to one local server with dummy keys. It is null for every real stage.
  is_emulated = var.emulator_endpoint != null
}

provider "aws" {
  region              = var.region
  allowed_account_ids = local.is_emulated ? null : [var.account_id]

  access_key                  = local.is_emulated ? "emulated" : null
  secret_key                  = local.is_emulated ? "emulated" : null
  skip_credentials_validation = local.is_emulated
  skip_metadata_api_check     = local.is_emulated
  skip_region_validation      = local.is_emulated
  s3_use_path_style           = local.is_emulated
  max_retries                 = local.is_emulated ? 2 : null

  endpoints {
    applicationautoscaling = var.emulator_endpoint
    budgets                = var.emulator_endpoint
    cloudfront             = var.emulator_endpoint
    cloudwatch             = var.emulator_endpoint
    cloudwatchlogs         = var.emulator_endpoint
    ec2                    = var.emulator_endpoint
    ecs                    = var.emulator_endpoint
    elasticache            = var.emulator_endpoint
    elbv2                  = var.emulator_endpoint
    events                 = var.emulator_endpoint
    iam                    = var.emulator_endpoint
    kms                    = var.emulator_endpoint
    rds                    = var.emulator_endpoint
    route53                = var.emulator_endpoint
    s3                     = var.emulator_endpoint
    scheduler              = var.emulator_endpoint
    secretsmanager         = var.emulator_endpoint
    sns                    = var.emulator_endpoint
    ssm                    = var.emulator_endpoint
    sts                    = var.emulator_endpoint
    wafv2                  = var.emulator_endpoint
  }

  default_tags {
    tags = {
      project    = var.project
      stage      = var.stage
      managed-by = "terraform"
    }
  }
}

# The same provider again, only for the ephemeral passwords: a mocked provider rejects configurations that have any.
provider "aws" {
  alias  = "generator"
  region = var.region

  access_key                  = local.is_emulated ? "emulated" : null
  secret_key                  = local.is_emulated ? "emulated" : null
  skip_credentials_validation = local.is_emulated
  skip_metadata_api_check     = local.is_emulated
  skip_region_validation      = local.is_emulated

  endpoints {
    secretsmanager = var.emulator_endpoint
    sts            = var.emulator_endpoint
  }
}
