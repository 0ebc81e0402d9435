variable "name" {
  description = "Prefix of every name, for example la311-small."
  type        = string
}

variable "hosts" {
  description = "Host name and port of each service."
  type        = map(object({ host = string, port = number }))
}

variable "instance_arn" {
  description = "Instance that answers."
  type        = string
}

variable "instance_dns" {
  description = "Private name of that instance, as the origin's label."
  type        = string
}

variable "instance_security_group_id" {
  description = "Group of that instance, into which to admit these distributions."
  type        = string
}

variable "vpc_id" {
  description = "VPC of that instance."
  type        = string
}

variable "firewall_arn" {
  description = "Web ACL, of scope CLOUDFRONT."
  type        = string
}

variable "certificate_arn" {
  description = "Certificate of the hosts, issued by ACM in us-east-1."
  type        = string

  validation {
    condition     = can(regex("^arn:aws:acm:us-east-1:[0-9]{12}:certificate/", var.certificate_arn))
    error_message = "CloudFront takes certificates of ACM in us-east-1 only."
  }
}

variable "hosted_zone_id" {
  description = "Route 53 zone in which to point the hosts to CloudFront; null where DNS is managed elsewhere."
  type        = string
}
