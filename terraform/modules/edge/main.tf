# The load balancer: HTTPS only, behind the web firewall.

locals {
  open_ports = { http = 80, https = 443 }
}

resource "aws_security_group" "this" {
  name        = "${var.name}-edge"
  description = "Load balancer: the web comes in, only the services' ports go out"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "web" {
  #checkov:skip=CKV_AWS_260:Port 80 answers only with a redirect to HTTPS
  for_each = local.open_ports

  security_group_id = aws_security_group.this.id
  description       = "${upper(each.key)} from anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_lb" "this" {
  #checkov:skip=CKV2_AWS_76:Known bad inputs, with Log4j, are blocked; the list of anonymous addresses, which the check also wants, would lock out readers behind a VPN
  name               = var.name
  load_balancer_type = "application"
  internal           = false
  subnets            = var.subnet_ids
  security_groups    = [aws_security_group.this.id]

  # Publishing primes the cache of a whole generation within one request. Both servers keep connections for longer.
  idle_timeout               = 120
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "strictest"
  enable_deletion_protection = var.is_protected

  access_logs {
    bucket  = aws_s3_bucket.logs.id
    enabled = true
  }

  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTP"
  port              = local.open_ports.http

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = tostring(local.open_ports.https)
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  protocol          = "HTTPS"
  port              = local.open_ports.https
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  # A year, as at CloudFront; subdomains and preload lists are for the owner of the domain to decide.
  routing_http_response_strict_transport_security_header_value = "max-age=31536000"

  # An unknown host, for example an address typed by a scanner.
  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Not found"
      status_code  = "404"
    }
  }
}

resource "aws_route53_record" "host" {
  for_each = var.hosted_zone_id == null ? toset([]) : toset(var.hosts)

  zone_id = var.hosted_zone_id
  name    = each.key
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = aws_lb.this.arn
  web_acl_arn  = var.firewall_arn
}
