variable "length" {
  description = "Characters, each one of 62."
  type        = number

  validation {
    condition     = var.length >= 32 && var.length <= 128
    error_message = "length must be between 32 and 128, the longest token of ElastiCache."
  }
}

variable "is_mocked" {
  description = "True in terraform test only, whose mocked provider has no ephemeral resources."
  type        = bool
  default     = false
}

variable "stand_in" {
  description = "Result where is_mocked; ephemeral, as the result must be."
  type        = string
  default     = "mocked"
  ephemeral   = true
}
