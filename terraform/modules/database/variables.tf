variable "name" {
  description = "Prefix of every name, for example la311-dev."
  type        = string
}

variable "account_id" {
  description = "Account whose databases may use the monitoring role."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the security group."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets without a route out, in two zones at least."
  type        = list(string)
}

variable "client_security_group_ids" {
  description = "Security groups that may connect, by name of the client; nothing else may."
  type        = map(string)
}

variable "kms_key_arn" {
  description = "Key of storage, passwords and performance data."
  type        = string
}

variable "engine_version" {
  description = "Major version of Postgres; RDS installs minor versions in the maintenance window."
  type        = string

  validation {
    condition     = contains(["15", "16", "17"], var.engine_version)
    error_message = "engine_version must be a major version that the tests run with or a later one: 15, 16 or 17."
  }
}

variable "instance_class" {
  description = "Size of the instance, for example db.t4g.small."
  type        = string

  validation {
    condition     = startswith(var.instance_class, "db.")
    error_message = "instance_class must start with db."
  }
}

variable "replica_class" {
  description = "Size of a replica that API and reports read, or null for none."
  type        = string
  default     = null

  validation {
    condition     = var.replica_class == null || can(regex("^db\\.", var.replica_class))
    error_message = "replica_class must start with db."
  }
}

variable "storage_gib" {
  description = "Storage at the start, in GiB."
  type        = number

  validation {
    condition     = var.storage_gib >= 20
    error_message = "gp3 needs 20 GiB at least."
  }
}

variable "storage_limit_gib" {
  description = "Limit of storage autoscaling, in GiB."
  type        = number

  validation {
    condition     = var.storage_limit_gib >= 1.1 * var.storage_gib
    error_message = "storage_limit_gib must exceed storage_gib by a tenth at least, or RDS refuses to autoscale."
  }
}

variable "is_multi_az" {
  description = "A standby in a second zone: fails over in about a minute, doubles the price."
  type        = bool
}

variable "is_protected" {
  description = "Refuse deletion, keep a final snapshot, and change only in the maintenance window."
  type        = bool
}

variable "backup_days" {
  description = "Days of point-in-time recovery."
  type        = number

  validation {
    condition     = var.backup_days >= 1 && var.backup_days <= 35
    error_message = "backup_days must be between 1 and 35: 0 would switch backups off."
  }
}

variable "database_name" {
  description = "Database to create."
  type        = string
  default     = "lacity_311"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database_name))
    error_message = "database_name must be lower case letters, digits and underscores."
  }
}

variable "free_storage_gib" {
  description = "Alarm when less database storage is free."
  type        = number
  default     = 5
}

variable "is_major_upgrade" {
  description = "True for the one apply that raises engine_version: allows a major version, and does not wait for the maintenance window."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "Days to keep the logs of Postgres."
  type        = number
}

variable "password_version" {
  description = "Raise by one to make new passwords for loader_311 and reader_311; the migrate task then sets them."
  type        = number
}

variable "passwords" {
  description = "New passwords of loader and reader, taken when password_version is raised; ephemeral, so in no plan and no state."
  type        = object({ loader = string, reader = string })
  ephemeral   = true
  sensitive   = true
}
