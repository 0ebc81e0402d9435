variable "common" {
  description = "What all tasks of the stage share; modules/task describes it."
  type = object({
    name               = string
    region             = string
    account_id         = string
    vpc_id             = string
    kms_key_arn        = string
    cpu_architecture   = string
    log_retention_days = number
    is_public          = bool
  })
}

variable "image" {
  description = "Image by digest."
  type        = string
}

variable "environment" {
  description = "Settings that are not secrets."
  type        = map(string)
}

variable "secrets" {
  description = "Settings that are secrets: name to ARN."
  type        = map(string)
}

variable "statements" {
  description = "What the pipeline may do in AWS, as statements of IAM."
  type        = list(object({ Effect = string, Action = list(string), Resource = string }))
}

variable "servers" {
  description = "Servers inside the VPC that the task may connect to."
  type        = map(object({ security_group_id = string, port = number }))
}

variable "cpu" {
  description = "CPU units; 1024 are one vCPU."
  type        = number
}

variable "memory_mib" {
  description = "Memory in MiB."
  type        = number
}

variable "cluster_arn" {
  description = "Cluster to run in."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the task."
  type        = list(string)
}

variable "schedule" {
  description = "When the nightly ingest runs, as an EventBridge Scheduler expression in UTC; null for manual runs only."
  type        = string

  validation {
    condition     = var.schedule == null || can(regex("^(cron|rate)\\(.+\\)$", var.schedule))
    error_message = "schedule must be cron(...) or rate(...), or null."
  }
}

variable "reconcile_schedule" {
  description = "When a run reads everything and retires withdrawn requests, as an expression in UTC; null for never."
  type        = string

  validation {
    condition     = var.reconcile_schedule == null || can(regex("^(cron|rate)\\(.+\\)$", var.reconcile_schedule))
    error_message = "reconcile_schedule must be cron(...) or rate(...), or null."
  }
}

variable "is_spot" {
  description = "Run on spot capacity: cheaper, but an interrupted run has to be repeated by hand."
  type        = bool
}
