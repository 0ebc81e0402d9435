variable "name" {
  description = "Prefix of every name, for example la311-dev."
  type        = string
}

variable "region" {
  description = "AWS region, for the key's policy."
  type        = string
}

variable "account_id" {
  description = "Account that owns the key."
  type        = string
}

variable "is_protected" {
  description = "Refuse to delete the key, without which no backup can be read."
  type        = bool
}

variable "admin_token_version" {
  description = "Raise by one to make a new admin token."
  type        = number

  validation {
    condition     = var.admin_token_version >= 1 && floor(var.admin_token_version) == var.admin_token_version
    error_message = "admin_token_version must be a whole number from 1."
  }
}

variable "admin_token" {
  description = "New token, taken when admin_token_version is raised; ephemeral, so in no plan and no state."
  type        = string
  ephemeral   = true
  sensitive   = true
}
