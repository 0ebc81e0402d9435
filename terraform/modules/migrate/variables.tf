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
