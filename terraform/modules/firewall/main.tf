# The web firewall, for the load balancer (REGIONAL) or for CloudFront: a rate limit, the admin route closed, known attackers.

locals {
  admin_path = "/status/reset-cache"
}

# The addresses from which the pipeline calls the admin route. An empty set closes the route to everybody.
resource "aws_wafv2_ip_set" "admin" {
  name               = "${var.name}-admin"
  description        = "Addresses that may call the admin route"
  scope              = var.scope
  ip_address_version = "IPV4"
  addresses          = [for address in var.admin_addresses : "${address}/32"]
}

resource "aws_wafv2_web_acl" "this" {
  #checkov:skip=CKV_AWS_192:The managed rules against Log4j are part of a stage that names them in managed_rules; nothing here runs on Java
  name        = var.name
  description = "Rate limit per address, closed admin route, known attackers"
  scope       = var.scope

  default_action {
    allow {}
  }

  rule {
    name     = "rate-limit"
    priority = 1

    action {
      block {
        custom_response {
          response_code = 429

          response_header {
            name  = "Retry-After"
            value = "300"
          }
        }
      }
    }

    statement {
      rate_based_statement {
        limit                 = var.requests_per_5_minutes
        aggregate_key_type    = "IP"
        evaluation_window_sec = 300
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name}-rate-limit"
      sampled_requests_enabled   = false
    }
  }

  # A path rule of a load balancer compares the raw path, so that /status/%72eset-cache passes it. The firewall decodes first:
  # https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-transformation.html
  rule {
    name     = "admin-route"
    priority = 2

    action {
      block {}
    }

    statement {
      and_statement {
        statement {
          byte_match_statement {
            search_string         = local.admin_path
            positional_constraint = "STARTS_WITH"

            field_to_match {
              uri_path {}
            }

            text_transformation {
              priority = 1
              type     = "URL_DECODE"
            }

            text_transformation {
              priority = 2
              type     = "NORMALIZE_PATH"
            }

            text_transformation {
              priority = 3
              type     = "LOWERCASE"
            }
          }
        }

        statement {
          not_statement {
            statement {
              ip_set_reference_statement {
                arn = aws_wafv2_ip_set.admin.arn
              }
            }
          }
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${var.name}-admin-route"
      sampled_requests_enabled   = false
    }
  }

  dynamic "rule" {
    for_each = { for index, name in var.managed_rules : name => index + 3 }

    content {
      name     = rule.key
      priority = rule.value

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          name        = rule.key
          vendor_name = "AWS"
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "${var.name}-${rule.key}"
        sampled_requests_enabled   = false
      }
    }
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = false
  }
}

# AWS requires this prefix.
resource "aws_cloudwatch_log_group" "waf" {
  #checkov:skip=CKV_AWS_338:Kept for log_retention_days; a year of them costs more and has no reader
  name              = "aws-waf-logs-${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# Blocked requests only: allowed ones are in the API's own log.
resource "aws_wafv2_web_acl_logging_configuration" "blocked" {
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.waf.arn]

  logging_filter {
    default_behavior = "DROP"

    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"

      condition {
        action_condition {
          action = "BLOCK"
        }
      }
    }
  }

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }
}
