# Nothing inside has a public address, and the data has no way out.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "la311-dev"
  region             = "us-east-1"
  account_id         = "123456789012"
  cidr_block         = "10.31.0.0/16"
  kms_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  log_retention_days = 30
}

run "two_zones_one_nat" {
  module {
    source = "./modules/network"
  }

  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.public), values(aws_subnet.tasks), values(aws_subnet.data)) : !subnet.map_public_ip_on_launch])
    error_message = "No subnet may hand out public addresses."
  }

  assert {
    condition     = length(distinct([for subnet in concat(values(aws_subnet.public), values(aws_subnet.tasks), values(aws_subnet.data)) : subnet.cidr_block])) == 6
    error_message = "Subnets overlap."
  }

  assert {
    condition     = alltrue([for route in aws_route.tasks_out : route.gateway_id == null && route.nat_gateway_id != null])
    error_message = "Tasks must go out through NAT, never by the internet gateway."
  }

  assert {
    condition     = aws_route.public_out.route_table_id == aws_route_table.public.id && !contains([for route in aws_route.tasks_out : route.route_table_id], aws_route_table.data.id)
    error_message = "The data subnets must have no route out."
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1
    error_message = "One NAT gateway by default."
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) == 0 && aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway"
    error_message = "Only the free endpoint by default."
  }
}

run "endpoints_and_nat_in_each_zone" {
  module {
    source = "./modules/network"
  }

  variables {
    is_nat_per_zone     = true
    interface_endpoints = ["ssm", "logs"]
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 2 && length(aws_vpc_endpoint.interface) == 2
    error_message = "A NAT gateway in each zone and an endpoint for each service."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.endpoints[0].cidr_ipv4 == "10.31.0.0/16"
    error_message = "Only this VPC may reach the endpoints."
  }
}

run "without_nat" {
  module {
    source = "./modules/network"
  }

  variables {
    has_nat = false
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_eip.nat) == 0 && alltrue([for route in aws_route.tasks_out : route.nat_gateway_id == null && route.gateway_id != null])
    error_message = "Without NAT the tasks tier routes to the internet gateway, and nothing of NAT is paid for."
  }

  assert {
    condition     = !contains([for route in aws_route.tasks_out : route.route_table_id], aws_route_table.data.id)
    error_message = "The data subnets must have no route out."
  }
}

run "too_small_range_is_refused" {
  command = plan

  module {
    source = "./modules/network"
  }

  variables {
    cidr_block = "10.31.0.0/24"
  }

  expect_failures = [var.cidr_block]
}
