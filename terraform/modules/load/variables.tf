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
