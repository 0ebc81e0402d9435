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

variable "service" {
  description = "Name of the service: api or reports."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2,12}$", var.service))
    error_message = "service must be 2 to 12 lower case letters: the names of target groups are limited to 32."
  }
}

variable "port" {
  description = "Port on which the container listens."
  type        = number
}

variable "health_path" {
  description = "Path that answers 200 while a task should receive requests."
  type        = string

  validation {
    condition     = startswith(var.health_path, "/")
    error_message = "health_path must start with a slash."
  }
}

variable "host" {
  description = "Host name of the service."
  type        = string
}

variable "https_reason" {
  description = "Why the service calls out, for the rule's description."
  type        = string
}

variable "cluster_arn" {
  description = "Cluster to run in."
  type        = string
}

variable "cluster_name" {
  description = "Name of the cluster, for autoscaling and metrics."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the tasks."
  type        = list(string)
}

variable "load_balancer" {
  description = "Load balancer of the service; null puts its one task on the stage's own instance."
  type        = object({ listener_arn = string, security_group_id = string, arn_suffix = string })
  default     = null
}

variable "rule_priority" {
  description = "Priority of that rule, unique per listener."
  type        = number
}

variable "capacity_provider" {
  description = "FARGATE, or FARGATE_SPOT: 70 percent cheaper, may be withdrawn with two minutes' notice."
  type        = string
  default     = "FARGATE"

  validation {
    condition     = contains(["FARGATE", "FARGATE_SPOT"], var.capacity_provider)
    error_message = "capacity_provider must be FARGATE or FARGATE_SPOT."
  }
}

variable "tasks" {
  description = "Fewest and most tasks; autoscaling stays between them."
  type        = object({ min = number, max = number })

  validation {
    condition     = var.tasks.min >= 1 && var.tasks.max >= var.tasks.min && var.tasks.max <= 20
    error_message = "tasks must satisfy 1 <= min <= max <= 20."
  }
}

variable "latency_seconds" {
  description = "The 95th percentile of response times must stay below this."
  type        = number
  default     = 1
}

variable "cpu_target_percent" {
  description = "Mean CPU utilization that autoscaling aims at."
  type        = number
  default     = 60

  validation {
    condition     = var.cpu_target_percent >= 20 && var.cpu_target_percent <= 90
    error_message = "cpu_target_percent must be between 20 and 90."
  }
}
