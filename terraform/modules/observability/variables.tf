variable "name" {
  description = "Prefix of every name, for example la311-dev."
  type        = string
}

variable "region" {
  description = "AWS region."
  type        = string
}

variable "account_id" {
  description = "Account whose alarms and databases may publish."
  type        = string
}

variable "kms_key_arn" {
  description = "Key of topic and log."
  type        = string
}

variable "alarm_emails" {
  description = "Addresses to notify; each has to confirm once by the mail that AWS sends."
  type        = set(string)

  validation {
    condition     = length(var.alarm_emails) > 0 && alltrue([for address in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "alarm_emails must be e-mail addresses, one at least."
  }
}

variable "alarms" {
  description = "By name: description, metrics (id to namespace, name, dimensions, stat), threshold; optional: expression over the metrics, comparison, period in seconds, periods, missing (notBreaching or breaching)."
  type        = any

  validation {
    condition     = alltrue([for alarm in var.alarms : contains(["notBreaching", "breaching"], try(alarm.missing, "notBreaching"))])
    error_message = "An alarm must decide what missing data mean: neither missing nor ignore ever rings."
  }

  # A queue, CloudFront and a load balancer as a whole send nothing while nothing happens.
  validation {
    condition = length(setsubtract(
      toset(flatten([for alarm in var.alarms : [for metric in alarm.metrics : jsonencode([metric.namespace, metric.dimensions])
      if !contains(["AWS/SQS", "AWS/CloudFront"], metric.namespace) && keys(metric.dimensions) != ["LoadBalancer"]]])),
      toset(flatten([for alarm in var.alarms : [for metric in alarm.metrics : jsonencode([metric.namespace, metric.dimensions])]
      if try(alarm.missing, "notBreaching") == "breaching"])),
    )) == 0
    error_message = "Of everything that alarms watch, one alarm must treat missing data as breaching: what is gone sends none."
  }
}

variable "objectives" {
  description = "Service-level objectives by name: description, target in percent, and the metrics and expression of the bad share in percent."
  type        = any
}

variable "databases" {
  description = "Identifiers of the database instances."
  type        = list(string)
}

variable "budget_usd" {
  description = "Costs of the account in a month, in USD, above which AWS sends a mail."
  type        = number

  validation {
    condition     = var.budget_usd > 0
    error_message = "budget_usd must be above 0."
  }
}

variable "certificate_arn" {
  description = "Certificate whose end is watched."
  type        = string
}

variable "cluster_arn" {
  description = "Cluster in which the pipeline runs."
  type        = string
}

variable "pipeline_family" {
  description = "Task family of the pipeline."
  type        = string
}

variable "pipeline_log_group" {
  description = "Log group of the pipeline, named in the message of a failed run."
  type        = string
}

variable "figures" {
  description = "Metrics of a run by name, for the dashboard."
  type        = any
}

variable "times" {
  description = "By service: the metric of its requests' seconds, for the dashboard."
  type        = any
}

variable "log_groups" {
  description = "By service: its log group, in which the dashboard counts requests by route."
  type        = map(string)
}

variable "outside_host" {
  description = "Host of the API to check from outside of the region; null for no check."
  type        = string
}

variable "stale_hours" {
  description = "Alarm after so many hours without a successful run: a day and the time a run may take."
  type        = number
  default     = 26

  validation {
    condition     = var.stale_hours >= 25 && var.stale_hours <= 168
    error_message = "stale_hours must be between 25 and 168, the longest window of an hourly alarm."
  }
}

variable "log_retention_days" {
  description = "Days to keep the record of the runs."
  type        = number
}
