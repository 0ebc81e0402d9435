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

  validation {
    condition     = var.common.cpu_architecture == "ARM64"
    error_message = "The host is a Graviton instance: cpu_architecture must be ARM64."
  }
}

variable "instance_type" {
  description = "Size of the instance, a Graviton type, for example t4g.medium."
  type        = string

  validation {
    condition     = can(regex("^(t4g|[cmr][6-9]g)\\.", var.instance_type))
    error_message = "instance_type must be a Graviton type: t4g, or c, m, r of generation 6 and later."
  }
}

variable "disk_gib" {
  description = "Disk for images and containers, in GiB; the image of Amazon Linux needs 30."
  type        = number
  default     = 30
}

variable "subnet_id" {
  description = "Subnet with a route to the internet gateway."
  type        = string
}

variable "cluster_arn" {
  description = "Cluster that the instance joins."
  type        = string
}

variable "cluster_name" {
  description = "Name of that cluster."
  type        = string
}

variable "service_security_group_ids" {
  description = "Security groups of the services that run here: the instance has all of them, so the rules of the database stay the same."
  type        = list(string)
}

variable "pipeline_security_group_id" {
  description = "Security group of the pipeline, which calls the API's admin route."
  type        = string
}

variable "ports" {
  description = "Ports of the services."
  type        = object({ api = number, reports = number })
}

variable "redis_port" {
  description = "Port of Redis on the loopback address."
  type        = number

  validation {
    condition     = var.redis_port > max(values(var.ports)...) || var.redis_port < min(values(var.ports)...)
    error_message = "redis_port must be outside of the range that CloudFront may reach."
  }
}

variable "redis_image" {
  description = "Image of Redis by digest, with a variant for ARM."
  type        = string
}
