# The way in: HTTPS only, rate-limited, admin routes from inside only.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                   = "la311-prod"
  vpc_id                 = "vpc-1"
  subnet_ids             = ["subnet-1", "subnet-2"]
  nat_addresses          = ["203.0.113.7"]
  admin_target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/mock/0123456789abcdef"
  certificate_arn        = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  api_host               = "api.example.org"
  reports_host           = "reports.example.org"
  hosted_zone_id         = null
  requests_per_5_minutes = 3000
  is_protected           = true
  kms_key_arn            = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  log_retention_days     = 30
}

run "edge" {
  module {
    source = "./modules/edge"
  }

  assert {
    condition     = aws_lb_listener.http.default_action[0].type == "redirect" && aws_lb_listener.http.default_action[0].redirect[0].protocol == "HTTPS"
    error_message = "Plain HTTP must only redirect."
  }

  assert {
    condition     = aws_lb_listener.https.ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    error_message = "Nothing older than TLS 1.2."
  }

  assert {
    condition     = aws_lb_listener.https.default_action[0].type == "fixed-response"
    error_message = "An unknown host must reach no service."
  }

  assert {
    condition     = aws_lb_listener_rule.admin_from_inside.priority < aws_lb_listener_rule.admin_from_outside.priority && aws_lb_listener_rule.admin_from_outside.priority < 100
    error_message = "The refusal of admin routes must come before the rules of the services (100 and up)."
  }

  assert {
    condition     = flatten([for condition in aws_lb_listener_rule.admin_from_inside.condition : [for source in condition.source_ip : source.values]]) == ["203.0.113.7/32"]
    error_message = "Only the NAT gateway's address may call admin routes."
  }

  assert {
    condition     = one(flatten([for rule in aws_wafv2_web_acl.this.rule : [for statement in rule.statement : statement.rate_based_statement[*].limit]])) == 3000
    error_message = "One address may not make more requests than asked."
  }

  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.enable_deletion_protection
    error_message = "The load balancer must drop broken headers and be protected in prod."
  }

  assert {
    condition     = join(" ", sort([for rule in aws_vpc_security_group_ingress_rule.web : tostring(rule.from_port)])) == "443 80"
    error_message = "Only the web's ports are open."
  }
}

run "rate_limit_cannot_be_switched_off" {
  command = plan

  module {
    source = "./modules/edge"
  }

  variables {
    requests_per_5_minutes = 1000000
  }

  expect_failures = [var.requests_per_5_minutes]
}
