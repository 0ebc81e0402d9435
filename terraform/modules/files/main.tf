# The city as files: a closed bucket that the pipeline fills, and a distribution of CloudFront before it.

# Everything in it can be written again from the database: python -m pipeline.files.
resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:Downloads of public data are not logged by client
  #checkov:skip=CKV_AWS_21:Names of the files hold generation and digest; replaced files stay for a day by themselves
  #checkov:skip=CKV_AWS_144:The pipeline writes the files again from the database within minutes
  #checkov:skip=CKV_AWS_145:The files are public; a key of ours would only add a call per request
  #checkov:skip=CKV2_AWS_62:No program reads the files as they arrive
  bucket        = "${var.name}-files-${var.account_id}"
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "abandoned-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

# Answers preflight requests; the headers of other responses come from CloudFront, below.
resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  cors_rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET", "HEAD"]
    allowed_headers = ["Range", "If-Range", "If-None-Match"]
    expose_headers  = local.exposed
    max_age_seconds = 86400
  }
}

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "CloudFrontReads"
        Effect    = "Allow"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.this.arn}/*"
        Condition = { StringEquals = { "AWS:SourceArn" = aws_cloudfront_distribution.this.arn } }
      },
      {
        Sid       = "EncryptedOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_cloudfront_origin_access_control" "this" {
  name                              = "${var.name}-files"
  description                       = "Only this distribution reads the bucket"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# As the API's own /files sends them. They are added here, because a cached response may come from a request without an origin.
resource "aws_cloudfront_response_headers_policy" "this" {
  #checkov:skip=CKV_AWS_259:HTTPS is enforced for this host; subdomains and preload lists are for the owner of the domain to decide
  name    = "${var.name}-files"
  comment = "Any origin may read, in ranges"

  cors_config {
    access_control_allow_credentials = false
    access_control_max_age_sec       = 86400
    origin_override                  = true

    access_control_allow_origins {
      items = ["*"]
    }

    access_control_allow_methods {
      items = ["GET", "HEAD"]
    }

    access_control_allow_headers {
      items = ["Range", "If-Range", "If-None-Match"]
    }

    access_control_expose_headers {
      items = local.exposed
    }
  }

  security_headers_config {
    content_type_options {
      override = true
    }

    referrer_policy {
      referrer_policy = "no-referrer"
      override        = true
    }

    strict_transport_security {
      access_control_max_age_sec = 31536000
      override                   = true
    }
  }
}

# Cache-Control of each file decides, down to no time at all: a name that follows the data is checked at every request.
resource "aws_cloudfront_cache_policy" "this" {
  name        = "${var.name}-files"
  comment     = "As Cache-Control of each file says"
  min_ttl     = 0
  default_ttl = 0
  max_ttl     = 31536000

  # Nothing of a request chooses between versions of a file, and Parquet is compressed already.
  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = false
    enable_accept_encoding_gzip   = false

    cookies_config {
      cookie_behavior = "none"
    }

    headers_config {
      header_behavior = "none"
    }

    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

resource "aws_cloudfront_distribution" "this" {
  #checkov:skip=CKV_AWS_68:Static public files without a query or a form have nothing that a firewall could protect
  #checkov:skip=CKV_AWS_86:Downloads of public data are not logged by client
  #checkov:skip=CKV_AWS_174:Without a host of its own CloudFront's certificate is used, which takes no newer minimum
  #checkov:skip=CKV_AWS_305:The API's /files leads to the page or to the manifest, by what a client accepts
  #checkov:skip=CKV_AWS_310:S3 is the only place of the files, and keeps them in three zones
  #checkov:skip=CKV_AWS_374:311 data is public everywhere
  #checkov:skip=CKV2_AWS_42:Without a host of its own the distribution has CloudFront's certificate
  #checkov:skip=CKV2_AWS_47:Nothing here runs on Java, so the rules against Log4j have nothing to protect
  comment         = "${var.name} files"
  enabled         = true
  is_ipv6_enabled = true
  http_version    = "http2and3"
  price_class     = "PriceClass_100"
  aliases         = var.domain[*].host

  origin {
    origin_id                = "bucket"
    domain_name              = aws_s3_bucket.this.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.this.id
  }

  default_cache_behavior {
    target_origin_id           = "bucket"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    compress                   = false
    cache_policy_id            = aws_cloudfront_cache_policy.this.id
    origin_request_policy_id   = local.cors_s3_origin
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this.id
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.domain == null
    acm_certificate_arn            = one(var.domain[*].certificate_arn)
    ssl_support_method             = var.domain == null ? null : "sni-only"
    minimum_protocol_version       = var.domain == null ? "TLSv1" : "TLSv1.2_2021"
  }
}

resource "aws_route53_record" "host" {
  count = var.domain == null || var.hosted_zone_id == null ? 0 : 1

  zone_id = var.hosted_zone_id
  name    = var.domain.host
  type    = "A"

  alias {
    name                   = aws_cloudfront_distribution.this.domain_name
    zone_id                = aws_cloudfront_distribution.this.hosted_zone_id
    evaluate_target_health = false
  }
}

locals {
  exposed = ["Content-Range", "Accept-Ranges", "Content-Length", "ETag", "Last-Modified"]

  # AWS's own policy "CORS-S3Origin", the same in every account: Origin and the headers of preflight requests reach the bucket.
  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
  cors_s3_origin = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
}
