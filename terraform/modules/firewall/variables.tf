variable "name" {
  description = "Prefix of every name, for example la311-dev."
  type        = string
}

variable "scope" {
  description = "REGIONAL for a load balancer, CLOUDFRONT (only in us-east-1) for distributions."
  type        = string

  validation {
    condition     = contains(["REGIONAL", "CLOUDFRONT"], var.scope)
    error_message = "scope must be REGIONAL or CLOUDFRONT."
  }
}

variable "requests_per_5_minutes" {
  description = "Requests one address may make in five minutes before it gets 429."
  type        = number

  validation {
    condition     = var.requests_per_5_minutes >= 100 && var.requests_per_5_minutes <= 100000
    error_message = "requests_per_5_minutes must be between 100 and 100000."
  }
}

variable "admin_addresses" {
  description = "Public addresses from which the admin route may be called; without any, it is closed to all."
  type        = list(string)
  default     = []
}

variable "managed_rules" {
  description = "Rule groups of AWS to add, about 1 USD a month each."
  type        = list(string)
  default     = ["AWSManagedRulesAmazonIpReputationList", "AWSManagedRulesKnownBadInputsRuleSet"]
}

variable "kms_key_arn" {
  description = "Key of the firewall's log."
  type        = string
}

variable "log_retention_days" {
  description = "Days to keep the firewall's log."
  type        = number
}
