variable "name" {
  description = "Prefix of every name, for example la311-dev."
  type        = string
}

variable "account_id" {
  description = "Account of the load balancer, in the name of its log bucket."
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

variable "firewall_arn" {
  description = "Web ACL of the load balancer."
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

variable "hosts" {
  description = "Host names of the services."
  type        = list(string)
}

variable "hosted_zone_id" {
  description = "Route 53 zone in which to point the hosts to the load balancer; null where DNS is managed elsewhere."
  type        = string
}

variable "is_protected" {
  description = "Refuse deletion of the load balancer."
  type        = bool
}
