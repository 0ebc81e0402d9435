# CloudFront in front of the host: TLS, cache, firewall. One distribution for each host name, each with a private origin.

# Respects the services' Cache-Control (s-maxage, stale-if-error). Queries and Origin are part of the key.
resource "aws_cloudfront_cache_policy" "this" {
  name        = var.name
  comment     = "As the services say in Cache-Control"
  min_ttl     = 0
  default_ttl = 0
  max_ttl     = 86400

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "whitelist"

      headers {
        items = ["Host", "Origin"]
      }
    }

    query_strings_config {
      query_string_behavior = "all"
    }
  }
}

# The services send all other headers themselves; only here is it known that the client came by HTTPS.
resource "aws_cloudfront_response_headers_policy" "this" {
  #checkov:skip=CKV_AWS_259:HTTPS is enforced for this host; subdomains and preload lists are for the owner of the domain to decide
  name    = var.name
  comment = "Browsers come back by HTTPS only"

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 31536000
      override                   = true
    }
  }
}

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
resource "aws_cloudfront_vpc_origin" "this" {
  for_each = var.hosts

  vpc_origin_endpoint_config {
    name                   = "${var.name}-${each.key}"
    arn                    = var.instance_arn
    http_port              = each.value.port
    https_port             = 443
    origin_protocol_policy = "http-only"

    origin_ssl_protocols {
      items    = ["TLSv1.2"]
      quantity = 1
    }
  }
}

# CloudFront creates this group with the VPC's first private origin. The list of CloudFront's addresses would admit the distributions of
# every account, which have no firewall of ours.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
data "aws_security_group" "origins" {
  name   = "CloudFront-VPCOrigins-Service-SG"
  vpc_id = var.vpc_id

  depends_on = [aws_cloudfront_vpc_origin.this]
}

resource "aws_vpc_security_group_ingress_rule" "origin" {
  for_each = var.hosts

  security_group_id            = var.instance_security_group_id
  description                  = "From the private origins to ${each.key}"
  referenced_security_group_id = data.aws_security_group.origins.id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_86:Blocked requests are in the firewall's log, the others in the API's own
  #checkov:skip=CKV_AWS_305:The API and the reports have no file that could be a default root object
  #checkov:skip=CKV_AWS_310:One instance is the whole stage: there is no second origin to fail over to
  #checkov:skip=CKV_AWS_374:311 data is public everywhere
  #checkov:skip=CKV2_AWS_47:Nothing here runs on Java, so the rules against Log4j have nothing to protect
  for_each = var.hosts

  comment         = "${var.name} ${each.key}"
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = "PriceClass_100"
  aliases         = [each.value.host]
  web_acl_id      = var.firewall_arn

  origin {
    origin_id   = each.key
    domain_name = var.instance_dns

    vpc_origin_config {
      vpc_origin_id = aws_cloudfront_vpc_origin.this[each.key].id

      # As long as an answer may take; longer needs a quota.
      origin_read_timeout      = 60
      origin_keepalive_timeout = 60
    }
  }

  default_cache_behavior {
    target_origin_id           = each.key
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    cached_methods             = ["GET", "HEAD", "OPTIONS"]
    compress                   = true
    cache_policy_id            = aws_cloudfront_cache_policy.this.id
    origin_request_policy_id   = local.all_viewer
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}

resource "aws_route53_record" "host" {
  for_each = { for name, host in var.hosts : name => host.host if var.hosted_zone_id != null }

  zone_id = var.hosted_zone_id
  name    = each.value
  type    = "A"

  alias {
    name                   = aws_cloudfront_distribution.this[each.key].domain_name
    zone_id                = aws_cloudfront_distribution.this[each.key].hosted_zone_id
    evaluate_target_health = false
  }
}

locals {
  # AWS's own policy "AllViewer", the same in every account:
  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
  all_viewer = "216adef6-5c7f-47e4-b989-5492eafa07d3"

  alarms = { for name, distribution in aws_cloudfront_distribution.this : "${name}-5xx" => {
    description = "CloudFront answers more than a tenth of the ${name}'s requests with 5xx for 15 minutes"
    metrics     = { share = merge(local.error_rate, { dimensions = { DistributionId = distribution.id, Region = "Global" } }) }
    threshold   = 10, periods = 3
  } }
  error_rate = { namespace = "AWS/CloudFront", name = "5xxErrorRate", stat = "Average" }
}
