variable "name" {
  description = "Prefix of every name, for example la311-dev."
  type        = string
}

variable "region" {
  description = "AWS region."
  type        = string
}

variable "account_id" {
  description = "Account whose alarms and events may publish."
  type        = string
}

variable "kms_key_arn" {
  description = "Key of topic and log."
  type        = string
}

variable "alarm_emails" {
  description = "Who is told; each address has to confirm once by the mail that AWS sends."
  type        = set(string)

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "alarm_emails must be e-mail addresses."
  }
}

variable "load_balancer" {
  description = "Dimension of the load balancer's metrics."
  type        = string
}

variable "services" {
  description = "Dimension of the target group's metrics, by service."
  type        = map(string)
}

variable "database" {
  description = "Identifier of the database instance."
  type        = string
}

variable "cache_members" {
  description = "Identifiers of the cache nodes; must be known before apply."
  type        = set(string)
}

variable "cluster_arn" {
  description = "Cluster in which the nights run."
  type        = string
}

variable "pipeline_family" {
  description = "Task family of the nights."
  type        = string
}

variable "pipeline_log_group" {
  description = "Log group of the nights, named in the message of a failed one."
  type        = string
}

variable "latency_seconds" {
  description = "Alarm when the 95th percentile of answers is slower."
  type        = number
  default     = 1
}

variable "free_storage_gib" {
  description = "Alarm when less database storage is free."
  type        = number
  default     = 5
}

variable "stale_hours" {
  description = "Alarm after so many hours without a successful night: a day and the time a night may take."
  type        = number
  default     = 26

  validation {
    condition     = var.stale_hours >= 25 && var.stale_hours <= 168
    error_message = "stale_hours must be between 25 and 168, the longest window of an hourly alarm."
  }
}

variable "log_retention_days" {
  description = "Days to keep the record of the nights."
  type        = number
}
