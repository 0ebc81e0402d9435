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
