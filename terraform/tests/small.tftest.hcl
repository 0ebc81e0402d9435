# The small shape: an instance that only CloudFront and the pipeline reach.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  common = {
    name               = "la311-small"
    region             = "us-east-1"
    account_id         = "123456789012"
    vpc_id             = "vpc-1"
    kms_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    cpu_architecture   = "ARM64"
    log_retention_days = 30
    is_public          = true
  }

  name                       = "la311-small"
  instance_type              = "t4g.medium"
  subnet_id                  = "subnet-1"
  cluster_arn                = "arn:aws:ecs:us-east-1:123456789012:cluster/la311-small"
  cluster_name               = "la311-small"
  service_security_group_ids = ["sg-api", "sg-reports"]
  pipeline_security_group_id = "sg-pipeline"
  ports                      = { api = 5000, reports = 5500 }
  redis_port                 = 6379
  redis_image                = "docker.io/library/redis@sha256:5555555555555555555555555555555555555555555555555555555555555555"

  hosts        = { api = { host = "api.example.org", port = 5000 }, reports = { host = "reports.example.org", port = 5500 } }
  instance_arn = "arn:aws:ec2:us-east-1:123456789012:instance/i-0123456789abcdef0"
  instance_dns = "ip-10-33-64-10.ec2.internal"
  vpc_id       = "vpc-1"

  instance_security_group_id = "sg-instance"

  firewall_arn    = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/mock/00000000-0000-0000-0000-000000000000"
  certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  hosted_zone_id  = null
}

run "host" {
  module {
    source = "./modules/host"
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.pipeline.referenced_security_group_id == "sg-pipeline" && aws_vpc_security_group_ingress_rule.pipeline.to_port == 5000
    error_message = "The pipeline may reach the API, and nothing else."
  }

  assert {
    condition     = length(aws_instance.this.vpc_security_group_ids) == 3
    error_message = "The instance must have the groups of its services, which the database lets in."
  }

  assert {
    condition     = aws_instance.this.metadata_options[0].http_tokens == "required" && strcontains(aws_instance.this.user_data, "-d 169.254.169.254 -m owner ! --uid-owner 0 -j REJECT")
    error_message = "No container may read the instance's credentials."
  }

  assert {
    condition     = aws_instance.this.root_block_device[0].encrypted
    error_message = "The disk must be encrypted."
  }

  assert {
    condition     = aws_ecs_service.redis.launch_type == "EC2" && contains(jsondecode(module.redis.definition)[0].command, "127.0.0.1")
    error_message = "Redis must listen on the loopback address only."
  }

  assert {
    condition     = alltrue([for name in ["host-away", "redis-absent"] : output.alarms[name].missing == "breaching"])
    error_message = "A thing that is gone must ring."
  }
}

run "another_architecture_is_refused" {
  command = plan

  module {
    source = "./modules/host"
  }

  variables {
    instance_type = "t3.medium"
  }

  expect_failures = [var.instance_type]
}

run "cdn" {
  module {
    source = "./modules/cdn"
  }

  assert {
    condition     = alltrue([for distribution in aws_cloudfront_distribution.this : distribution.default_cache_behavior[0].viewer_protocol_policy == "redirect-to-https" && distribution.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021"])
    error_message = "HTTPS only, and nothing older than TLS 1.2."
  }

  assert {
    condition     = alltrue([for distribution in aws_cloudfront_distribution.this : distribution.web_acl_id == var.firewall_arn])
    error_message = "Every distribution is behind the firewall."
  }

  assert {
    condition     = aws_cloudfront_response_headers_policy.this.security_headers_config[0].strict_transport_security[0].access_control_max_age_sec == 31536000
    error_message = "Browsers must come back by HTTPS."
  }

  assert {
    condition     = alltrue([for distribution in aws_cloudfront_distribution.this : distribution.default_cache_behavior[0].response_headers_policy_id == aws_cloudfront_response_headers_policy.this.id])
    error_message = "Every distribution says so."
  }

  assert {
    condition     = { for name, origin in aws_cloudfront_vpc_origin.this : name => origin.vpc_origin_endpoint_config[0].http_port } == { api = 5000, reports = 5500 }
    error_message = "Each host name leads to its own service."
  }

  assert {
    condition     = aws_cloudfront_cache_policy.this.default_ttl == 0 && aws_cloudfront_cache_policy.this.min_ttl == 0 && aws_cloudfront_cache_policy.this.parameters_in_cache_key_and_forwarded_to_origin[0].query_strings_config[0].query_string_behavior == "all"
    error_message = "The services decide about caching, and every query is part of the key."
  }
}

run "only_these_distributions" {
  module {
    source = "./modules/cdn"
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.origin : rule.prefix_list_id == null && rule.cidr_ipv4 == null && rule.referenced_security_group_id == "sg-origins"])
    error_message = "Distributions of other accounts, which have no firewall of ours, must not reach the instance."
  }

  assert {
    condition     = { for name, rule in aws_vpc_security_group_ingress_rule.origin : name => [rule.from_port, rule.to_port] } == { api = [5000, 5000], reports = [5500, 5500] }
    error_message = "Each service has its own port, and Redis none."
  }
}

run "certificate_of_another_region_is_refused" {
  command = plan

  module {
    source = "./modules/cdn"
  }

  variables {
    certificate_arn = "arn:aws:acm:us-west-2:123456789012:certificate/00000000-0000-0000-0000-000000000000"
  }

  expect_failures = [var.certificate_arn]
}
