# The city as files: a closed bucket, and CloudFront before it, which every origin may read in ranges.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name           = "la311-dev"
  account_id     = "123456789012"
  domain         = null
  hosted_zone_id = null
}

run "files" {
  module {
    source = "./modules/files"
  }

  assert {
    condition     = alltrue(values({ for name, value in aws_s3_bucket_public_access_block.this : name => value if startswith(name, "block_") || startswith(name, "restrict_") }))
    error_message = "Only CloudFront reads the bucket."
  }

  assert {
    condition     = [for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Principal if statement.Effect == "Allow"] == [{ Service = "cloudfront.amazonaws.com" }]
    error_message = "Only CloudFront reads the bucket."
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.this.policy).Statement[0].Condition.StringEquals["AWS:SourceArn"] == aws_cloudfront_distribution.this.arn
    error_message = "Of CloudFront, only this distribution."
  }

  assert {
    condition     = aws_cloudfront_cache_policy.this.min_ttl == 0 && !aws_cloudfront_distribution.this.default_cache_behavior[0].compress
    error_message = "A file's Cache-Control decides, and ranges of a compressed file would be of no use."
  }

  assert {
    condition     = length(setsubtract(["Content-Range", "Accept-Ranges", "Content-Length", "ETag", "Last-Modified"], flatten(aws_cloudfront_response_headers_policy.this.cors_config[0].access_control_expose_headers[*].items))) == 0
    error_message = "Pages of other origins must see what DuckDB needs."
  }

  assert {
    condition     = !aws_cloudfront_response_headers_policy.this.cors_config[0].access_control_allow_credentials && aws_cloudfront_distribution.this.default_cache_behavior[0].viewer_protocol_policy == "redirect-to-https"
    error_message = "Public data needs no credentials, and still HTTPS."
  }

  assert {
    condition     = toset(flatten(output.statements[*].Action)) == toset(["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"]) && alltrue([for statement in output.statements : startswith(statement.Resource, aws_s3_bucket.this.arn)])
    error_message = "The pipeline may do in this bucket what writing needs, and nothing elsewhere."
  }

  assert {
    condition     = startswith(output.location, "s3://") && endswith(output.url, "/files")
    error_message = "The pipeline writes below /files of the bucket, so the public address ends alike."
  }
}

run "host_of_its_own" {
  module {
    source = "./modules/files"
  }

  variables {
    domain         = { host = "files.example.org", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000" }
    hosted_zone_id = "Z0123456789"
  }

  assert {
    condition     = output.url == "https://files.example.org/files" && aws_cloudfront_distribution.this.viewer_certificate[0].minimum_protocol_version == "TLSv1.2_2021" && length(aws_route53_record.host) == 1
    error_message = "A host of its own has its own certificate, nothing older than TLS 1.2, and a record."
  }
}

run "certificate_of_another_region_is_refused" {
  command = plan

  module {
    source = "./modules/files"
  }

  variables {
    domain = { host = "files.example.org", certificate_arn = "arn:aws:acm:us-west-2:123456789012:certificate/00000000-0000-0000-0000-000000000000" }
  }

  expect_failures = [var.domain]
}
