variable "common" {
  description = "What all tasks of the stage share; see the variables of the same names in modules/task."
  type = object({
    name               = string
    region             = string
    account_id         = string
    vpc_id             = string
    kms_key_arn        = string
    cpu_architecture   = string
    log_retention_days = number
  })
}

variable "image" {
  description = "Image by digest."
  type        = string
}

variable "environment" {
  description = "Settings that are no secrets."
  type        = map(string)
}

variable "secrets" {
  description = "Settings that are secrets: name to ARN."
  type        = map(string)
}

variable "servers" {
  description = "What the task may connect to inside the VPC."
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
  description = "Private subnets of the task."
  type        = list(string)
}

variable "schedule" {
  description = "When the night runs, as an EventBridge Scheduler expression in UTC; null runs it by hand only."
  type        = string

  validation {
    condition     = var.schedule == null || can(regex("^(cron|rate)\\(.+\\)$", var.schedule))
    error_message = "schedule must be cron(...) or rate(...), or null."
  }
}

variable "reconcile_schedule" {
  description = "When a run reads everything and retires what is gone, the same way; null for never."
  type        = string

  validation {
    condition     = var.reconcile_schedule == null || can(regex("^(cron|rate)\\(.+\\)$", var.reconcile_schedule))
    error_message = "reconcile_schedule must be cron(...) or rate(...), or null."
  }
}

variable "is_spot" {
  description = "Run on spot capacity: cheaper, but a night that is taken away has to be run again by hand."
  type        = bool
}
