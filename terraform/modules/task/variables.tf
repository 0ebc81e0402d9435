variable "common" {
  description = "Prefix of every name, region, account, VPC, key of secrets and logs, X86_64 or ARM64 (that of the images), days to keep logs, and whether Fargate tasks have public addresses because there is no NAT."
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

variable "task" {
  description = "Name of the container, for example api; with the prefix the task family."
  type        = string
}

variable "image" {
  description = "Image by digest: a tag can move, a digest is what was tested."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9./_:-]*@sha256:[0-9a-f]{64}$", var.image))
    error_message = "image must be pinned by digest: name@sha256:<64 hex digits>."
  }
}

variable "command" {
  description = "Command instead of the image's own."
  type        = list(string)
  default     = null
}

variable "port" {
  description = "Port on which the container listens, or null."
  type        = number
  default     = null
}

variable "cpu" {
  description = "CPU units; 1024 are one vCPU."
  type        = number

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.cpu)
    error_message = "cpu must be one of 256, 512, 1024, 2048, 4096."
  }
}

variable "memory_mib" {
  description = "Memory in MiB; Fargate allows two to eight times the vCPU in GiB."
  type        = number

  validation {
    condition     = var.memory_mib >= 2 * var.cpu && var.memory_mib <= 8 * var.cpu
    error_message = "memory_mib must be between 2 and 8 times cpu."
  }
}

variable "environment" {
  description = "Settings that are not secrets."
  type        = map(string)

  validation {
    condition     = alltrue([for key in keys(var.environment) : !can(regex("TOKEN|PASSWORD|KEY|WEBHOOK|SECRET", key))])
    error_message = "A setting with this name belongs in secrets, not in environment."
  }
}

variable "secrets" {
  description = "Settings that are secrets: name to the ARN of a parameter or secret (with :key:: for one key of a JSON secret)."
  type        = map(string)
}

variable "servers" {
  description = "Servers inside the VPC that the task may connect to."
  type        = map(object({ security_group_id = string, port = number }))
}

variable "statements" {
  description = "What the code in the container may do in AWS, as statements of IAM; nothing by default."
  type        = list(object({ Effect = string, Action = list(string), Resource = string }))
  default     = []
}

variable "https_reason" {
  description = "Why the task calls out, for the rule's description."
  type        = string
}

variable "is_on_host" {
  description = "Run on the stage's own instance, in its network, instead of on Fargate."
  type        = bool
  default     = false
}

variable "user" {
  description = "User of the container, where the image does not name one."
  type        = string
  default     = null
}

variable "health_command" {
  description = "Command of ECS's own health check; null where a load balancer checks, or nothing does."
  type        = list(string)
  default     = null
}

variable "stop_timeout_seconds" {
  description = "Time to stop after SIGTERM."
  type        = number
  default     = 30

  validation {
    condition     = var.stop_timeout_seconds >= 2 && var.stop_timeout_seconds <= 120
    error_message = "Fargate allows 2 to 120 seconds."
  }
}
