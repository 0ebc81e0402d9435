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
