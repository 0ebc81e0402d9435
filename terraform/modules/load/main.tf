# The load tests: never a service, started by hand as one master and as many workers as the visitors need.

locals {
  # Where workers find their master; Locust's own default.
  port = 5557
}

module "task" {
  source = "../task"

  name               = var.common.name
  task               = "load"
  region             = var.common.region
  account_id         = var.common.account_id
  vpc_id             = var.common.vpc_id
  kms_key_arn        = var.common.kms_key_arn
  cpu_architecture   = var.common.cpu_architecture
  log_retention_days = var.common.log_retention_days

  image        = var.image
  port         = local.port
  cpu          = 1024
  memory_mib   = 2048
  environment  = {}
  secrets      = {}
  servers      = {}
  https_reason = "the hosts under test"
}

resource "aws_vpc_security_group_ingress_rule" "worker" {
  security_group_id            = module.task.security_group_id
  description                  = "The master hears its workers"
  referenced_security_group_id = module.task.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_vpc_security_group_egress_rule" "master" {
  security_group_id            = module.task.security_group_id
  description                  = "To the master"
  referenced_security_group_id = module.task.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}
