# The load tests: started by hand as one master and as many workers as needed.

locals {
  # Locust's default.
  port = 5557
}

module "task" {
  source = "../task"

  common       = var.common
  task         = "load"
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
  description                  = "From the workers to the master"
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
