locals {
  # Prefix of every name in the account; no other stage has it.
  name = "${var.project}-${var.stage}"

  ports      = { api = 5000, reports = 5500 }
  redis_port = 6379

  github_names = split("/", var.github_repository)

  # The repository as a job's token names it. Numbers are never reused, names can be.
  github_subject = var.github_repository_ids == null ? var.github_repository : format(
    "%s@%d/%s@%d",
    local.github_names[0], var.github_repository_ids.owner, local.github_names[1], var.github_repository_ids.repository,
  )

  api_url     = "https://${var.api_host}"
  reports_url = "https://${var.reports_host}"
  hosts = {
    api     = { host = var.api_host, port = local.ports.api }
    reports = { host = var.reports_host, port = local.ports.reports }
  }

  # One of two shapes: a load balancer before Fargate services with ElastiCache, or CloudFront before one instance with Redis on it.
  balanced = var.is_single_host ? 0 : 1
  hosted   = var.is_single_host ? 1 : 0

  task_common = {
    name               = local.name
    region             = var.region
    account_id         = var.account_id
    vpc_id             = module.network.vpc_id
    kms_key_arn        = module.secrets.kms_key_arn
    cpu_architecture   = var.cpu_architecture
    log_retention_days = var.log_retention_days
    is_public          = var.is_single_host
  }

  database_server = { database = { security_group_id = module.database.security_group_id, port = module.database.port } }
  cache_server    = { for cache in module.cache : "cache" => { security_group_id = cache.security_group_id, port = cache.port } }

  # ElastiCache's URL holds a token and is a secret; the host's is not.
  cache_secrets     = { for cache in module.cache : "REDIS_URL" => cache.url_arn }
  cache_environment = { for url in ["redis://127.0.0.1:${local.redis_port}/0"] : "REDIS_URL" => url if var.is_single_host }

  load_balancer = one([for edge in module.edge : {
    listener_arn      = edge.listener_arn
    security_group_id = edge.security_group_id
    arn_suffix        = edge.arn_suffix
  }])

  # Where the pipeline puts the city's files, and where clients find them.
  files_environment = merge([for files in module.files : { FILES_LOCATION = files.location, FILES_URL = files.url }]...)

  # Without it the pipeline reads the portal that the city declares.
  portal_environment = { for url in compact([var.socrata_url]) : "SOCRATA_URL" => url }

  # Both libpq and asyncpg read it, so no URL has to repeat it.
  database_tls = merge(
    { PGSSLMODE = var.database_ssl_mode },
    var.database_ssl_mode == "require" ? {} : { PGSSLROOTCERT = var.database_ca_path },
  )

  # With a replica, API and reports read from it instead.
  replica_secrets = var.database_replica_class == null ? {} : { DATABASE_READ_URL = module.database.read_url_arn }

  shared_environment = merge(local.database_tls, {
    STAGE          = var.stage
    CITY           = var.city
    LOG_LEVEL      = var.log_level
    API_URL        = local.api_url
    API_PUBLIC_URL = local.api_url
    REPORTS_URL    = local.reports_url
  })

  # Put into Parameter Store by hand; each is given only to the service that uses it.
  external = { for name in var.external_secrets : name => "arn:aws:ssm:${var.region}:${var.account_id}:parameter/${local.name}/${name}" }
  external_of = { for service, names in {
    api      = ["GITHUB_TOKEN", "SENDGRID_API_KEY", "SENTRY_URL"]
    reports  = ["SENTRY_URL"]
    pipeline = ["HEARTBEAT_URL", "SENTRY_URL", "SLACK_WEBHOOK_URL", "SOCRATA_APP_TOKEN"]
  } : service => { for name, arn in local.external : name => arn if contains(names, name) } }
}

# New random values at each run, for write-only arguments, which are written only when their version is raised.
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
  is_protected        = var.is_protected
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
  has_nat             = !var.is_single_host
  is_nat_per_zone     = var.is_nat_per_zone
  interface_endpoints = var.interface_endpoints
  kms_key_arn         = module.secrets.kms_key_arn
  log_retention_days  = var.log_retention_days
}

module "database" {
  source = "./modules/database"

  name               = local.name
  account_id         = var.account_id
  vpc_id             = module.network.vpc_id
  subnet_ids         = module.network.data_subnet_ids
  kms_key_arn        = module.secrets.kms_key_arn
  engine_version     = var.database_engine_version
  instance_class     = var.database_instance_class
  replica_class      = var.database_replica_class
  storage_gib        = var.database_storage_gib
  storage_limit_gib  = var.database_storage_limit_gib
  is_multi_az        = var.is_database_multi_az
  is_protected       = var.is_protected
  backup_days        = var.backup_days
  is_major_upgrade   = var.is_database_upgrade
  log_retention_days = var.log_retention_days
  password_version   = var.secret_versions.database
  passwords          = { loader = module.password["loader"].value, reader = module.password["reader"].value }

  client_security_group_ids = {
    api      = module.api.security_group_id
    reports  = module.reports.security_group_id
    pipeline = module.pipeline.security_group_id
    migrate  = module.migrate.security_group_id
  }
}

module "cache" {
  source = "./modules/cache"
  count  = local.balanced

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

module "firewall" {
  source = "./modules/firewall"

  name                   = local.name
  scope                  = var.is_single_host ? "CLOUDFRONT" : "REGIONAL"
  requests_per_5_minutes = var.requests_per_5_minutes
  admin_addresses        = module.network.nat_addresses
  managed_rules          = var.firewall_rules
  kms_key_arn            = module.secrets.kms_key_arn
  log_retention_days     = var.log_retention_days
}

module "edge" {
  source = "./modules/edge"
  count  = local.balanced

  name            = local.name
  account_id      = var.account_id
  vpc_id          = module.network.vpc_id
  subnet_ids      = module.network.public_subnet_ids
  firewall_arn    = module.firewall.arn
  certificate_arn = var.certificate_arn
  hosts           = [var.api_host, var.reports_host]
  hosted_zone_id  = var.hosted_zone_id
  is_protected    = var.is_protected
}

module "host" {
  source = "./modules/host"
  count  = local.hosted

  common                     = local.task_common
  instance_type              = var.host_instance_type
  subnet_id                  = module.network.task_subnet_ids[0]
  cluster_arn                = module.cluster.arn
  cluster_name               = module.cluster.name
  service_security_group_ids = [module.api.security_group_id, module.reports.security_group_id]
  pipeline_security_group_id = module.pipeline.security_group_id
  ports                      = local.ports
  redis_port                 = local.redis_port
  redis_image                = var.redis_image
}

module "cdn" {
  source = "./modules/cdn"
  count  = local.hosted

  name                       = local.name
  hosts                      = local.hosts
  instance_arn               = module.host[0].instance_arn
  instance_dns               = module.host[0].instance_dns
  instance_security_group_id = module.host[0].security_group_id
  vpc_id                     = module.network.vpc_id
  firewall_arn               = module.firewall.arn
  certificate_arn            = var.certificate_arn
  hosted_zone_id             = var.hosted_zone_id
}

module "files" {
  source = "./modules/files"
  count  = var.has_files ? 1 : 0

  name           = local.name
  account_id     = var.account_id
  domain         = var.files_domain
  hosted_zone_id = var.hosted_zone_id
}

# The deployed digest. The first one comes from var.images; each deployment then writes its own here,
# and Terraform reads it, so that applying never restores an older image.
resource "aws_ssm_parameter" "image" {
  #checkov:skip=CKV2_AWS_34:The digest of a public image is not a secret
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

  common        = local.task_common
  service       = "api"
  image         = aws_ssm_parameter.image["api"].insecure_value
  port          = local.ports.api
  health_path   = "/status/ready"
  host          = var.api_host
  rule_priority = 100
  https_reason  = "GitHub, SendGrid and Sentry for feedback and errors"
  cluster_arn   = module.cluster.arn
  cluster_name  = module.cluster.name
  subnet_ids    = module.network.task_subnet_ids
  load_balancer = local.load_balancer
  cpu           = var.api_size.cpu
  memory_mib    = var.api_size.memory_mib
  tasks         = var.api_tasks
  servers       = merge(local.database_server, local.cache_server)

  environment = merge(
    local.shared_environment,
    local.cache_environment,
    local.files_environment,
    {
      API_HOST            = "0.0.0.0"
      API_PORT            = tostring(local.ports.api)
      API_ALLOWED_ORIGINS = join(",", var.api_allowed_origins)
      EXPORTS_FOLDER      = "/tmp/exports"

      # The server sets its own limit; ElastiCache has no CONFIG command.
      CACHE_REDIS_MB = "0"

      # Only proxies inside the VPC, the load balancer or CloudFront's interface, may name the client's address.
      FORWARDED_ALLOW_IPS = var.cidr_block
    },
    var.github_issues_url == null ? {} : { GITHUB_ISSUES_URL = var.github_issues_url },
    var.feedback_mail == null ? {} : { FEEDBACK_MAIL_TO = var.feedback_mail.to, FEEDBACK_MAIL_FROM = var.feedback_mail.from },
  )
  secrets = merge(local.external_of.api, local.replica_secrets, local.cache_secrets, {
    ADMIN_TOKEN         = module.secrets.admin_token_arn
    DATABASE_READER_URL = module.database.reader_url_arn
  })
}

module "reports" {
  source = "./modules/service"

  common        = local.task_common
  service       = "reports"
  image         = aws_ssm_parameter.image["reports"].insecure_value
  port          = local.ports.reports
  health_path   = "/health"
  host          = var.reports_host
  rule_priority = 110
  https_reason  = "Sentry for errors"
  cluster_arn   = module.cluster.arn
  cluster_name  = module.cluster.name
  subnet_ids    = module.network.task_subnet_ids
  load_balancer = local.load_balancer
  cpu           = var.reports_size.cpu
  memory_mib    = var.reports_size.memory_mib
  tasks         = var.reports_tasks
  servers       = merge(local.database_server, local.cache_server)

  environment = merge(local.shared_environment, local.cache_environment, {
    REPORTS_HOST    = "0.0.0.0"
    REPORTS_PORT    = tostring(local.ports.reports)
    FRAME_ANCESTORS = join(",", var.frame_ancestors)

    # As for the API.
    FORWARDED_ALLOW_IPS = var.cidr_block
  })
  secrets = merge(local.external_of.reports, local.replica_secrets, local.cache_secrets, {
    DATABASE_READER_URL = module.database.reader_url_arn
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
  servers            = local.database_server
  statements         = flatten(module.files[*].statements)

  environment = merge(local.shared_environment, local.files_environment, { for host in module.host : "API_URL" => host.api_url }, local.portal_environment, {
    LOG_FORMAT = "json"

    # Fargate's own variable for it is not one that boto3 reads.
    AWS_DEFAULT_REGION = var.region

    # Prefect writes there only; it is the one writable path.
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
  servers     = local.database_server
  environment = merge(local.shared_environment, { DATABASE_URL = module.database.owner_url })

  secrets = {
    # The owner's URL has no password: drivers read PGPASSWORD, and RDS rotates it without a change here.
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
  budget_usd         = var.budget_usd
  outside_host       = var.is_checked_from_outside ? var.api_host : null
  certificate_arn    = var.certificate_arn
  databases          = module.database.identifiers
  cluster_arn        = module.cluster.arn
  pipeline_family    = module.pipeline.family
  pipeline_log_group = module.pipeline.log_group
  figures            = module.pipeline.figures
  times              = { api = module.api.logged_seconds, reports = module.reports.logged_seconds }
  log_groups         = { api = module.api.log_group, reports = module.reports.log_group }
  log_retention_days = var.log_retention_days
  objectives         = local.objectives
  alarms = merge(concat(
    [module.database.alarms, module.api.alarms, module.reports.alarms, module.pipeline.alarms],
    module.cache[*].alarms, module.edge[*].alarms, module.host[*].alarms, module.cdn[*].alarms,
  )...)
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
