variable "name" {
  description = "Prefix of every name, for example la311-dev."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the security group."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets without a route out."
  type        = list(string)
}

variable "client_security_group_ids" {
  description = "Security groups that may connect, by name of the client; nothing else may."
  type        = map(string)
}

variable "kms_key_arn" {
  description = "Key of the cache and its token."
  type        = string
}

variable "engine_version" {
  description = "Version of Redis, 7.x."
  type        = string

  validation {
    condition     = can(regex("^7\\.[0-9]+$", var.engine_version))
    error_message = "engine_version must be 7.0 or 7.1, the versions ElastiCache has of Redis 7."
  }
}

variable "node_type" {
  description = "Size of a node, for example cache.t4g.micro (0.5 GiB)."
  type        = string

  validation {
    condition     = startswith(var.node_type, "cache.")
    error_message = "node_type must start with cache."
  }
}

variable "node_count" {
  description = "1, or 2 and more for a replica in another zone that takes over."
  type        = number

  validation {
    condition     = var.node_count >= 1 && var.node_count <= 6
    error_message = "node_count must be between 1 and 6."
  }
}

variable "token_version" {
  description = "Raise by one to make a new token."
  type        = number
}

variable "token" {
  description = "New token, taken when token_version is raised; ephemeral."
  type        = string
  ephemeral   = true
  sensitive   = true
}
