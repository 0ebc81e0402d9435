# The way in: HTTPS only, rate-limited, the admin route closed to the outside.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                   = "la311-prod"
  account_id             = "123456789012"
  vpc_id                 = "vpc-1"
  subnet_ids             = ["subnet-1", "subnet-2"]
  firewall_arn           = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/mock/00000000-0000-0000-0000-000000000000"
  certificate_arn        = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  hosts                  = ["api.example.org", "reports.example.org"]
  hosted_zone_id         = null
  is_protected           = true
  scope                  = "REGIONAL"
  requests_per_5_minutes = 3000
  admin_addresses        = ["203.0.113.7"]
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
    condition     = aws_lb_listener.https.routing_http_response_strict_transport_security_header_value == "max-age=31536000"
    error_message = "Browsers must come back by HTTPS."
  }

  assert {
    condition     = aws_lb_listener.https.default_action[0].type == "fixed-response"
    error_message = "An unknown host must reach no service."
  }

  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.enable_deletion_protection
    error_message = "The load balancer must drop invalid headers and be protected in prod."
  }

  assert {
    condition     = join(" ", sort([for rule in aws_vpc_security_group_ingress_rule.web : tostring(rule.from_port)])) == "443 80"
    error_message = "Only the web's ports are open."
  }

  assert {
    condition     = aws_lb.this.access_logs[0].enabled && aws_s3_bucket_lifecycle_configuration.logs.rule[0].expiration[0].days == 14
    error_message = "Timeouts leave evidence, and it is deleted after two weeks."
  }

  assert {
    condition     = alltrue(values({ for name, value in aws_s3_bucket_public_access_block.logs : name => value if startswith(name, "block_") || startswith(name, "restrict_") }))
    error_message = "The access logs must not be public."
  }

  assert {
    condition     = output.alarms["edge-5xx"].expression == "100 * bad / (FILL(total, 0) + bad)"
    error_message = "Errors are judged as a share."
  }
}

run "firewall" {
  module {
    source = "./modules/firewall"
  }

  assert {
    condition     = one(flatten([for rule in aws_wafv2_web_acl.this.rule : [for statement in rule.statement : statement.rate_based_statement[*].limit]])) == 3000
    error_message = "The rate limit must be the given one."
  }

  assert {
    condition = toset(flatten([for rule in aws_wafv2_web_acl.this.rule : [for statement in rule.statement : [for both in statement.and_statement : [for part in both.statement :
    [for match in part.byte_match_statement : match.text_transformation[*].type]]]]])) == toset(["URL_DECODE", "NORMALIZE_PATH", "LOWERCASE"])
    error_message = "Percent-encoding must not open the admin route."
  }

  assert {
    condition     = aws_wafv2_ip_set.admin.addresses == toset(["203.0.113.7/32"])
    error_message = "Only the NAT gateway's address may call the admin route."
  }

  assert {
    condition     = length(aws_wafv2_web_acl.this.rule) == 4
    error_message = "Rate limit, admin route and two groups of AWS."
  }
}

run "firewall_of_cloudfront" {
  module {
    source = "./modules/firewall"
  }

  variables {
    scope           = "CLOUDFRONT"
    admin_addresses = []
    managed_rules   = []
  }

  assert {
    condition     = length(aws_wafv2_ip_set.admin.addresses) == 0 && length(aws_wafv2_web_acl.this.rule) == 2
    error_message = "Without admin addresses the admin route is closed to everybody."
  }
}

run "rate_limit_cannot_be_switched_off" {
  command = plan

  module {
    source = "./modules/firewall"
  }

  variables {
    requests_per_5_minutes = 1000000
  }

  expect_failures = [var.requests_per_5_minutes]
}
