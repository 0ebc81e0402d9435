variable "name" {
  description = "Prefix of every name, for example la311-dev."
  type        = string
}

variable "account_id" {
  description = "Account of the bucket, in its name."
  type        = string
}

variable "domain" {
  description = "Host name of the files and its certificate, issued by ACM in us-east-1; null for a name of CloudFront's."
  type        = object({ host = string, certificate_arn = string })

  validation {
    condition     = var.domain == null || can(regex("^arn:aws:acm:us-east-1:[0-9]{12}:certificate/", var.domain.certificate_arn))
    error_message = "CloudFront takes certificates of ACM in us-east-1 only."
  }
}

variable "hosted_zone_id" {
  description = "Route 53 zone in which to point the host to CloudFront; null where DNS is managed elsewhere."
  type        = string
}
