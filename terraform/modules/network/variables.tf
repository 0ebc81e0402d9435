variable "name" {
  description = "Prefix of every name, for example la311-dev."
  type        = string
}

variable "region" {
  description = "AWS region, for the names of endpoint services."
  type        = string
}

variable "account_id" {
  description = "Account whose flow logs may use the log role."
  type        = string
}

variable "cidr_block" {
  description = "Addresses of the VPC; a /16 to /20, cut into sixteen equal subnets of which twelve are used at most."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.cidr_block)) && try(tonumber(split("/", var.cidr_block)[1]) >= 16 && tonumber(split("/", var.cidr_block)[1]) <= 20, false)
    error_message = "cidr_block must be an IPv4 range between /16 and /20."
  }
}

variable "zone_count" {
  description = "Availability zones to spread over; the load balancer needs two."
  type        = number
  default     = 2

  validation {
    condition     = contains([2, 3, 4], var.zone_count)
    error_message = "zone_count must be 2, 3 or 4."
  }
}

variable "has_nat" {
  description = "NAT for the tasks. Without it the tasks tier routes to the internet gateway, and tasks need public addresses."
  type        = bool
  default     = true
}

variable "is_nat_per_zone" {
  description = "One NAT gateway in each zone instead of one: the loss of a zone then cuts off no task of another. Costs about 37 USD a month for each additional zone."
  type        = bool
  default     = false
}

variable "interface_endpoints" {
  description = "AWS services to reach by private endpoints, for example secretsmanager, ssm, logs; about 7 USD a month for each endpoint and zone."
  type        = set(string)
  default     = []
}

variable "kms_key_arn" {
  description = "Key that encrypts the flow logs."
  type        = string
}

variable "log_retention_days" {
  description = "Days to keep the flow logs."
  type        = number
}
