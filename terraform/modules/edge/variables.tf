variable "name" {
  description = "Prefix of every name, for example la311-dev."
  type        = string
}

variable "vpc_id" {
  description = "VPC of the security group."
  type        = string
}

variable "subnet_ids" {
  description = "Public subnets, in two zones at least."
  type        = list(string)
}

variable "nat_addresses" {
  description = "Addresses from which the pipeline calls the admin route; nobody else may."
  type        = list(string)
}

variable "admin_target_group_arn" {
  description = "Target group of the API, for its admin route."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of both hosts, issued by ACM in this region."
  type        = string

  validation {
    condition     = can(regex("^arn:aws:acm:[a-z0-9-]+:[0-9]{12}:certificate/", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of an ACM certificate."
  }
}

variable "api_host" {
  description = "Host name of the API."
  type        = string
}

variable "reports_host" {
  description = "Host name of the reports."
  type        = string
}

variable "hosted_zone_id" {
  description = "Route 53 zone in which to point both hosts to the load balancer; null where DNS lives elsewhere."
  type        = string
}

variable "requests_per_5_minutes" {
  description = "Requests one address may make in five minutes before it gets 429."
  type        = number

  validation {
    condition     = var.requests_per_5_minutes >= 100 && var.requests_per_5_minutes <= 100000
    error_message = "requests_per_5_minutes must be between 100 and 100000."
  }
}

variable "is_protected" {
  description = "Refuse deletion of the load balancer."
  type        = bool
}

variable "kms_key_arn" {
  description = "Key of the firewall's log."
  type        = string
}

variable "log_retention_days" {
  description = "Days to keep the firewall's log."
  type        = number
}
