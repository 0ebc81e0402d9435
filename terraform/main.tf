locals {
  # Starts every name in the account; no other stage has it.
  name = "${var.project}-${var.stage}"

  ports = { api = 5000, reports = 5500 }

  github_names = split("/", var.github_repository)

  # What a job's token says of its repository. Numbers are never given out again, as names can be.
  github_subject = var.github_repository_ids == null ? var.github_repository : format(
    "%s@%d/%s@%d",
    local.github_names[0], var.github_repository_ids.owner, local.github_names[1], var.github_repository_ids.repository,
  )

  api_url     = "https://${var.api_host}"
  reports_url = "https://${var.reports_host}"

  task_common = {
    name               = local.name
    region             = var.region
    account_id         = var.account_id
    vpc_id             = module.network.vpc_id
    kms_key_arn        = module.secrets.kms_key_arn
    cpu_architecture   = var.cpu_architecture
    log_retention_days = var.log_retention_days
  }

  database_server = { security_group_id = module.database.security_group_id, port = module.database.port }
  cache_server    = { security_group_id = module.cache.security_group_id, port = module.cache.port }

  # Read by libpq and asyncpg alike, so no URL has to repeat it.
  database_tls = merge(
    { PGSSLMODE = var.database_ssl_mode },
    var.database_ssl_mode == "require" ? {} : { PGSSLROOTCERT = var.database_ca_path },
  )

  # With a replica, API and reports ask it instead.
  replica_secrets = var.database_replica_class == null ? {} : { DATABASE_READ_URL = module.database.read_url_arn }

  shared_environment = merge(local.database_tls, {
    STAGE       = var.stage
    LOG_LEVEL   = var.log_level
    API_URL     = local.api_url
    REPORTS_URL = local.reports_url
  })

  # Put into Parameter Store by hand; each goes only to the service that uses it.
  external = { for name in var.external_secrets : name => "arn:aws:ssm:${var.region}:${var.account_id}:parameter/${local.name}/${name}" }
  external_of = { for service, names in {
    api      = ["GITHUB_TOKEN", "SENDGRID_API_KEY", "SENTRY_URL"]
    pipeline = ["SLACK_WEBHOOK_URL", "SOCRATA_APP_TOKEN"]
  } : service => { for name, arn in local.external : name => arn if contains(names, name) } }
}

# New random values at each run; each goes only into write-only arguments, which take it when their version is raised.
module "password" {
  source   = "./modules/password"
  for_each = { admin_token = 48, loader = 40, reader = 40, cache = 64 }

  length    = each.value
  is_mocked = var.is_mocked

  providers = { aws = aws.generator }
}

module "secrets" {
  source = "./modules/secrets"

  name                = local.name
  region              = var.region
  account_id          = var.account_id
  admin_token_version = var.secret_versions.admin_token
  admin_token         = module.password["admin_token"].value
}

module "network" {
  source = "./modules/network"

  name                = local.name
  region              = var.region
  account_id          = var.account_id
  cidr_block          = var.cidr_block
  zone_count          = var.zone_count
  is_nat_per_zone     = var.is_nat_per_zone
  interface_endpoints = var.interface_endpoints
  kms_key_arn         = module.secrets.kms_key_arn
  log_retention_days  = var.log_retention_days
}

module "database" {
  source = "./modules/database"

  name              = local.name
  account_id        = var.account_id
  vpc_id            = module.network.vpc_id
  subnet_ids        = module.network.data_subnet_ids
  kms_key_arn       = module.secrets.kms_key_arn
  engine_version    = var.database_engine_version
  instance_class    = var.database_instance_class
  replica_class     = var.database_replica_class
  storage_gib       = var.database_storage_gib
  storage_limit_gib = var.database_storage_limit_gib
  is_multi_az       = var.is_database_multi_az
  is_protected      = var.is_protected
  backup_days       = var.backup_days
  password_version  = var.secret_versions.database
  passwords         = { loader = module.password["loader"].value, reader = module.password["reader"].value }

  client_security_group_ids = {
    api      = module.api.security_group_id
    reports  = module.reports.security_group_id
    pipeline = module.pipeline.security_group_id
    migrate  = module.migrate.security_group_id
  }
}

module "cache" {
  source = "./modules/cache"

  name           = local.name
  vpc_id         = module.network.vpc_id
  subnet_ids     = module.network.data_subnet_ids
  kms_key_arn    = module.secrets.kms_key_arn
  engine_version = var.cache_engine_version
  node_type      = var.cache_node_type
  node_count     = var.cache_node_count
  token_version  = var.secret_versions.cache
  token          = module.password["cache"].value

  client_security_group_ids = {
    api     = module.api.security_group_id
    reports = module.reports.security_group_id
  }
}

module "cluster" {
  source = "./modules/cluster"

  name = local.name
}

module "edge" {
  source = "./modules/edge"

  name                   = local.name
  vpc_id                 = module.network.vpc_id
  subnet_ids             = module.network.public_subnet_ids
  nat_addresses          = module.network.nat_addresses
  admin_target_group_arn = module.api.target_group_arn
  certificate_arn        = var.certificate_arn
  api_host               = var.api_host
  reports_host           = var.reports_host
  hosted_zone_id         = var.hosted_zone_id
  requests_per_5_minutes = var.requests_per_5_minutes
  is_protected           = var.is_protected
  kms_key_arn            = module.secrets.kms_key_arn
  log_retention_days     = var.log_retention_days
}

# The digest that runs. The first one comes from images; then each deployment writes here what it deployed,
# and Terraform follows instead of putting an older image back.
resource "aws_ssm_parameter" "image" {
  #checkov:skip=CKV2_AWS_34:A digest of a public image is no secret
  for_each = var.images

  name           = "/${local.name}/image/${each.key}"
  description    = "Digest that the last deployment put into service"
  type           = "String"
  insecure_value = each.value

  lifecycle {
    ignore_changes = [insecure_value]
  }
}

module "api" {
  source = "./modules/service"

  common                          = local.task_common
  service                         = "api"
  image                           = aws_ssm_parameter.image["api"].insecure_value
  port                            = local.ports.api
  health_path                     = "/status/ready"
  host                            = var.api_host
  rule_priority                   = 100
  https_reason                    = "GitHub, SendGrid and Sentry for feedback and errors"
  cluster_arn                     = module.cluster.arn
  cluster_name                    = module.cluster.name
  subnet_ids                      = module.network.task_subnet_ids
  listener_arn                    = module.edge.listener_arn
  load_balancer_security_group_id = module.edge.security_group_id
  cpu                             = var.api_size.cpu
  memory_mib                      = var.api_size.memory_mib
  tasks                           = var.api_tasks
  servers                         = { database = local.database_server, cache = local.cache_server }

  environment = merge(
    local.shared_environment,
    {
      API_HOST            = "0.0.0.0"
      API_PORT            = tostring(local.ports.api)
      API_ALLOWED_ORIGINS = join(",", var.api_allowed_origins)

      # ElastiCache sets its own limit, and has no CONFIG to ask or to change it.
      CACHE_REDIS_MB = "0"

      # Only the load balancer, inside the VPC, may say who the visitor is.
      FORWARDED_ALLOW_IPS = var.cidr_block
    },
    var.github_issues_url == null ? {} : { GITHUB_ISSUES_URL = var.github_issues_url },
    var.github_project_url == null ? {} : { GITHUB_PROJECT_URL = var.github_project_url },
    var.feedback_mail == null ? {} : { FEEDBACK_MAIL_TO = var.feedback_mail.to, FEEDBACK_MAIL_FROM = var.feedback_mail.from },
  )
  secrets = merge(local.external_of.api, local.replica_secrets, {
    ADMIN_TOKEN         = module.secrets.admin_token_arn
    DATABASE_READER_URL = module.database.reader_url_arn
    REDIS_URL           = module.cache.url_arn
  })
}

module "reports" {
  source = "./modules/service"

  common                          = local.task_common
  service                         = "reports"
  image                           = aws_ssm_parameter.image["reports"].insecure_value
  port                            = local.ports.reports
  health_path                     = "/health"
  host                            = var.reports_host
  rule_priority                   = 110
  https_reason                    = "nothing else"
  cluster_arn                     = module.cluster.arn
  cluster_name                    = module.cluster.name
  subnet_ids                      = module.network.task_subnet_ids
  listener_arn                    = module.edge.listener_arn
  load_balancer_security_group_id = module.edge.security_group_id
  cpu                             = var.reports_size.cpu
  memory_mib                      = var.reports_size.memory_mib
  tasks                           = var.reports_tasks
  servers                         = { database = local.database_server, cache = local.cache_server }

  environment = merge(local.shared_environment, {
    REPORTS_HOST    = "0.0.0.0"
    REPORTS_PORT    = tostring(local.ports.reports)
    FRAME_ANCESTORS = join(",", var.frame_ancestors)
  })
  secrets = merge(local.replica_secrets, {
    DATABASE_READER_URL = module.database.reader_url_arn
    REDIS_URL           = module.cache.url_arn
  })
}

module "pipeline" {
  source = "./modules/pipeline"

  common             = local.task_common
  image              = aws_ssm_parameter.image["pipeline"].insecure_value
  cluster_arn        = module.cluster.arn
  subnet_ids         = module.network.task_subnet_ids
  schedule           = var.schedule
  reconcile_schedule = var.reconcile_schedule
  is_spot            = var.is_pipeline_spot
  cpu                = var.pipeline_size.cpu
  memory_mib         = var.pipeline_size.memory_mib
  servers            = { database = local.database_server }

  environment = merge(local.shared_environment, {
    SOCRATA_URL = var.socrata_url
    LOG_FORMAT  = "json"

    # Everything that Prefect writes, on the one writable path.
    PREFECT_HOME = "/tmp/prefect"
  })
  secrets = merge(local.external_of.pipeline, {
    ADMIN_TOKEN         = module.secrets.admin_token_arn
    DATABASE_LOADER_URL = module.database.loader_url_arn
  })
}

module "migrate" {
  source = "./modules/migrate"

  common      = local.task_common
  image       = aws_ssm_parameter.image["api"].insecure_value
  servers     = { database = local.database_server }
  environment = merge(local.shared_environment, { DATABASE_URL = module.database.owner_url })

  secrets = {
    # The owner's URL has no password: drivers take it from PGPASSWORD, RDS rotates it, nothing has to be rebuilt.
    PGPASSWORD          = "${module.database.owner_secret_arn}:password::"
    DATABASE_LOADER_URL = module.database.loader_url_arn
    DATABASE_READER_URL = module.database.reader_url_arn
  }
}

module "load" {
  source = "./modules/load"
  count  = var.load_image == null ? 0 : 1

  common = local.task_common
  image  = var.load_image
}

module "observability" {
  source = "./modules/observability"

  name               = local.name
  region             = var.region
  account_id         = var.account_id
  kms_key_arn        = module.secrets.kms_key_arn
  alarm_emails       = var.alarm_emails
  load_balancer      = module.edge.arn_suffix
  services           = { api = module.api.target_group_suffix, reports = module.reports.target_group_suffix }
  database           = module.database.identifier
  cache_members      = module.cache.member_ids
  cluster_arn        = module.cluster.arn
  pipeline_family    = module.pipeline.family
  pipeline_log_group = module.pipeline.log_group
  log_retention_days = var.log_retention_days
}

module "delivery" {
  source = "./modules/delivery"

  name                 = local.name
  region               = var.region
  account_id           = var.account_id
  repository           = local.github_subject
  environment          = var.stage
  cluster_arn          = module.cluster.arn
  cluster_name         = module.cluster.name
  service_arns         = [module.api.arn, module.reports.arn]
  task_families        = [module.api.family, module.reports.family, module.pipeline.family, module.migrate.family]
  runnable_families    = [module.migrate.family, module.pipeline.family]
  task_role_arns       = concat(module.api.role_arns, module.reports.role_arns, module.pipeline.role_arns, module.migrate.role_arns)
  image_parameter_arns = [for parameter in aws_ssm_parameter.image : parameter.arn]
  log_groups           = [module.migrate.log_group, module.pipeline.log_group]
}
