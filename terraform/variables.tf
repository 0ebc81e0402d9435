variable "project" {
  description = "First part of every resource name."
  type        = string
  default     = "la311"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.project))
    error_message = "project must be 2 to 12 lower case letters and digits, a letter first: RDS and ElastiCache demand it."
  }
}

variable "stage" {
  description = "Second part of every resource name, the GitHub environment that may deploy, and STAGE in every container: dev, prod, small, or a name of your own, such as the city's."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.stage))
    error_message = "stage must be 2 to 12 lower case letters and digits, a letter first."
  }
}

variable "city" {
  description = "City that this stage serves, by the name of its declaration; CITY in the API, the reports and the pipeline. Two stages may serve two cities."
  type        = string
  default     = "la"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{1,31}$", var.city))
    error_message = "city must be a lower case name such as la."
  }
}

variable "is_single_host" {
  description = "The small shape: one Graviton instance with Redis behind CloudFront, without a load balancer, NAT or ElastiCache."
  type        = bool
  default     = false

  validation {
    condition     = !var.is_single_host || var.region == "us-east-1"
    error_message = "CloudFront takes firewalls and certificates of us-east-1 only, so the small shape belongs there."
  }

  validation {
    condition     = !var.is_single_host || (var.cpu_architecture == "ARM64" && var.redis_image != null)
    error_message = "The small shape needs cpu_architecture = ARM64 and a redis_image."
  }
}

variable "host_instance_type" {
  description = "Instance type of the small shape; it must be a Graviton type."
  type        = string
  default     = "t4g.medium"
}

variable "redis_image" {
  description = "Redis 7 image by digest, with an ARM variant, for the small shape; null otherwise."
  type        = string
  default     = null

  validation {
    condition     = var.redis_image == null || can(regex("@sha256:[0-9a-f]{64}$", var.redis_image))
    error_message = "redis_image must be pinned by digest: name@sha256:<64 hex digits>."
  }
}

variable "account_id" {
  description = "Twelve-digit ID of the AWS account; Terraform refuses any other."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be twelve digits."
  }
}

variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}-[a-z]+-[0-9]$", var.region))
    error_message = "region must look like us-east-1."
  }
}

variable "emulator_endpoint" {
  description = "URL of a local AWS emulator for the checks; null for a real account."
  type        = string
  default     = null

  validation {
    condition     = var.emulator_endpoint == null || can(regex("^http://(127\\.0\\.0\\.1|localhost):[0-9]+$", var.emulator_endpoint))
    error_message = "emulator_endpoint must be a local address: dummy keys are never sent elsewhere."
  }
}

variable "github_repository" {
  description = "Repository (owner/name) whose deploy workflow may assume the deploy role."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "github_repository must be owner/name, without wildcard."
  }
}

variable "github_repository_ids" {
  description = "IDs of the owner and the repository, as { owner = 1001, repository = 2002 }, which GitHub adds to the names of repositories created or renamed since July 2026; null for older ones."
  type        = object({ owner = number, repository = number })
  default     = null
}

variable "images" {
  description = "Initial digest of each image; deployments write later ones to the parameters /<project>-<stage>/image/<name>."
  type        = object({ api = string, reports = string, pipeline = string })

  validation {
    condition     = alltrue([for image in values(var.images) : can(regex("@sha256:[0-9a-f]{64}$", image))])
    error_message = "Every image must be pinned by digest: name@sha256:<64 hex digits>."
  }
}

variable "load_image" {
  description = "Digest of the load-test image, for running load tests as tasks of this stage (see docs/runbook.md); null for none."
  type        = string
  default     = null

  validation {
    condition     = var.load_image == null || can(regex("@sha256:[0-9a-f]{64}$", var.load_image))
    error_message = "load_image must be pinned by digest: name@sha256:<64 hex digits>."
  }
}

variable "cpu_architecture" {
  description = "CPU architecture of the tasks: X86_64, or ARM64 (a fifth cheaper). The images must include it."
  type        = string
  default     = "X86_64"

  validation {
    condition     = contains(["X86_64", "ARM64"], var.cpu_architecture)
    error_message = "cpu_architecture must be X86_64 or ARM64."
  }
}

variable "cidr_block" {
  description = "CIDR block of the VPC; different for each stage, so that the VPCs can be connected."
  type        = string
}

variable "zone_count" {
  description = "Availability zones to use."
  type        = number
  default     = 2
}

variable "is_nat_per_zone" {
  description = "One NAT gateway per availability zone instead of one for all."
  type        = bool
  default     = false
}

variable "interface_endpoints" {
  description = "AWS services to reach through private endpoints instead of NAT."
  type        = set(string)
  default     = []
}

variable "certificate_arn" {
  description = "ACM certificate for both hosts, in the stage's region."
  type        = string
}

variable "api_host" {
  description = "Host name of the API, for example api.example.org."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.api_host))
    error_message = "api_host must be a host name without scheme."
  }
}

variable "reports_host" {
  description = "Host name of the reports."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)+$", var.reports_host)) && var.reports_host != var.api_host
    error_message = "reports_host must be a host name without scheme, other than api_host."
  }
}

variable "hosted_zone_id" {
  description = "Route 53 zone in which both hosts are pointed to this stage; null if DNS is managed elsewhere."
  type        = string
  default     = null
}

variable "has_files" {
  description = "Publish the city as files: a bucket with a CloudFront distribution in front of it."
  type        = bool
  default     = true
}

variable "files_domain" {
  description = "Host name of the files and its certificate, issued by ACM in us-east-1; null to use CloudFront's own name."
  type        = object({ host = string, certificate_arn = string })
  default     = null
}

variable "requests_per_5_minutes" {
  description = "Requests that one address may make in five minutes before it gets 429."
  type        = number
  default     = 3000
}

variable "firewall_rules" {
  description = "AWS rule groups for the firewall, about 1 USD a month each."
  type        = list(string)
  default     = ["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet"]
}

variable "api_allowed_origins" {
  description = "Exact origins whose pages may call the API."
  type        = list(string)

  validation {
    condition     = alltrue([for origin in var.api_allowed_origins : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "Each origin must be https://host without path or wildcard."
  }
}

variable "frame_ancestors" {
  description = "Origins whose pages may embed the reports in a frame."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.frame_ancestors : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "Each origin must be https://host without path or wildcard."
  }
}

variable "github_issues_url" {
  description = "Repository in which the API files feedback; null disables this."
  type        = string
  default     = null
}

variable "feedback_mail" {
  description = "Team address that receives feedback, and the sender registered with SendGrid; null for no mail. Needs SENDGRID_API_KEY."
  type        = object({ to = string, from = string })
  default     = null

  validation {
    condition     = alltrue([for address in try(values(var.feedback_mail), []) : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "feedback_mail must hold two mail addresses."
  }
}

variable "socrata_url" {
  description = "Address of the city's portal; null for the declared one."
  type        = string
  default     = null

  validation {
    condition     = var.socrata_url == null || can(regex("^https://", var.socrata_url))
    error_message = "socrata_url must be https."
  }
}

variable "log_level" {
  description = "LOG_LEVEL in every container."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level must be DEBUG, INFO, WARNING or ERROR."
  }
}

variable "external_secrets" {
  description = "Settings whose values were stored in Parameter Store by hand as /<project>-<stage>/<NAME>."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.external_secrets, ["GITHUB_TOKEN", "HEARTBEAT_URL", "SENDGRID_API_KEY", "SENTRY_URL", "SLACK_WEBHOOK_URL", "SOCRATA_APP_TOKEN"])) == 0
    error_message = "external_secrets may hold GITHUB_TOKEN, HEARTBEAT_URL, SENDGRID_API_KEY, SENTRY_URL, SLACK_WEBHOOK_URL and SOCRATA_APP_TOKEN."
  }
}

variable "secret_versions" {
  description = "Raise a number by one to replace that secret; see docs/runbook.md for the order."
  type        = object({ admin_token = number, database = number, cache = number })
  default     = { admin_token = 1, database = 1, cache = 1 }

  validation {
    condition     = alltrue([for version in values(var.secret_versions) : version >= 1 && floor(version) == version])
    error_message = "Versions must be whole numbers from 1."
  }
}

variable "database_engine_version" {
  description = "Major version of Postgres, the same as in Docker Compose and the tests."
  type        = string
  default     = "15"
}

variable "database_instance_class" {
  description = "Instance class of the database."
  type        = string
}

variable "database_replica_class" {
  description = "Instance class of a read replica for the API and reports; null for none. Raise secret_versions.database in the same apply."
  type        = string
  default     = null

  validation {
    condition     = var.database_replica_class == null || var.secret_versions.database > 1
    error_message = "A replica's URL needs the reader's password, which cannot be read back: raise secret_versions.database with it."
  }
}

variable "database_storage_gib" {
  description = "Initial storage, in GiB."
  type        = number
}

variable "database_storage_limit_gib" {
  description = "Limit of storage autoscaling, in GiB."
  type        = number
}

variable "is_database_multi_az" {
  description = "A standby database in a second zone."
  type        = bool
}

variable "database_ssl_mode" {
  description = "require encrypts; verify-full also checks the server's certificate, once the images contain database_ca_path: see \"Verifying the database\"."
  type        = string
  default     = "require"

  validation {
    condition     = contains(["require", "verify-full"], var.database_ssl_mode)
    error_message = "database_ssl_mode must be require or verify-full: RDS refuses plain connections."
  }
}

variable "database_ca_path" {
  description = "File in the images with the certificate authorities of RDS, for verify-full."
  type        = string
  default     = "/app/rds-global-bundle.pem"
}

variable "is_database_upgrade" {
  description = "Set to true for the one apply that raises database_engine_version; see docs/upgrades.md."
  type        = bool
  default     = false
}

variable "is_protected" {
  description = "Refuse to delete the database, load balancer and key, keep a final snapshot, and change the database only in its maintenance window."
  type        = bool

  validation {
    condition     = var.stage != "prod" || var.is_protected
    error_message = "prod must be protected."
  }
}

variable "backup_days" {
  description = "Days of point-in-time recovery."
  type        = number
}

variable "cache_engine_version" {
  description = "Redis version, the same major version as in Docker Compose and the tests."
  type        = string
  default     = "7.1"
}

variable "cache_node_type" {
  description = "Node type of the cache."
  type        = string
}

variable "cache_node_count" {
  description = "Number of cache nodes: 1, or 2 for a replica that takes over."
  type        = number
}

variable "api_size" {
  description = "CPU units and MiB of an API task."
  type        = object({ cpu = number, memory_mib = number })
}

variable "api_tasks" {
  description = "Minimum and maximum number of API tasks."
  type        = object({ min = number, max = number })
}

variable "reports_size" {
  description = "CPU units and MiB of a reports task."
  type        = object({ cpu = number, memory_mib = number })
}

variable "reports_tasks" {
  description = "Minimum and maximum number of reports tasks."
  type        = object({ min = number, max = number })
}

variable "pipeline_size" {
  description = "CPU units and MiB of the pipeline task."
  type        = object({ cpu = number, memory_mib = number })
}

variable "is_pipeline_spot" {
  description = "Run the pipeline on Spot capacity."
  type        = bool
}

variable "schedule" {
  description = "When the nightly ingest runs, in UTC; null for manual runs only."
  type        = string
  default     = "cron(0 8 * * ? *)"
}

variable "reconcile_schedule" {
  description = "When a run reads everything and retires what the city no longer publishes, in UTC; null for never."
  type        = string
  default     = "cron(0 10 ? * SUN *)"
}

variable "budget_usd" {
  description = "Monthly cost in USD of the whole account, all stages included, above which AWS sends an email."
  type        = number
}

variable "is_checked_from_outside" {
  description = "Check the API from outside the region, about 1.50 USD a month."
  type        = bool
  default     = false

  validation {
    condition     = !var.is_checked_from_outside || var.region == "us-east-1"
    error_message = "The metric of Route 53's health checks exists in us-east-1 only."
  }
}

variable "alarm_emails" {
  description = "Addresses that alarms and the budget notify."
  type        = set(string)
}

variable "log_retention_days" {
  description = "Days to keep logs."
  type        = number
  default     = 90

  validation {
    condition     = contains([30, 60, 90, 180, 365, 400], var.log_retention_days)
    error_message = "log_retention_days must be 30, 60, 90, 180, 365 or 400."
  }
}

variable "is_mocked" {
  description = "True in terraform test only, whose mocked provider has no ephemeral resources: passwords are then constant."
  type        = bool
  default     = false

  validation {
    condition     = !var.is_mocked || var.account_id == "123456789012"
    error_message = "is_mocked is for the account number of AWS's documentation only."
  }
}
