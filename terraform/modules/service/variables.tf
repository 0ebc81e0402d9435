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
  description = "Path that answers 200 only when the service can do its work."
  type        = string

  validation {
    condition     = startswith(var.health_path, "/")
    error_message = "health_path must start with a slash."
  }
}

variable "host" {
  description = "Host name whose requests go to this service."
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
  description = "Name of the cluster, for autoscaling."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of the tasks."
  type        = list(string)
}

variable "listener_arn" {
  description = "HTTPS listener that gets the rule of this host."
  type        = string
}

variable "rule_priority" {
  description = "Priority of that rule, unique per listener."
  type        = number
}

variable "load_balancer_security_group_id" {
  description = "The only group from which the port is open."
  type        = string
}

variable "capacity_provider" {
  description = "FARGATE, or FARGATE_SPOT: 70 per cent cheaper, may be taken away with two minutes' notice."
  type        = string
  default     = "FARGATE"

  validation {
    condition     = contains(["FARGATE", "FARGATE_SPOT"], var.capacity_provider)
    error_message = "capacity_provider must be FARGATE or FARGATE_SPOT."
  }
}

variable "tasks" {
  description = "Fewest and most tasks; autoscaling moves between them."
  type        = object({ min = number, max = number })

  validation {
    condition     = var.tasks.min >= 1 && var.tasks.max >= var.tasks.min && var.tasks.max <= 20
    error_message = "tasks must satisfy 1 <= min <= max <= 20."
  }
}

variable "cpu_target_percent" {
  description = "Mean CPU at which autoscaling keeps the service."
  type        = number
  default     = 60

  validation {
    condition     = var.cpu_target_percent >= 20 && var.cpu_target_percent <= 90
    error_message = "cpu_target_percent must be between 20 and 90."
  }
}
