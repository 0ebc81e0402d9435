# Which request ended with which status at the load balancer itself: the only evidence of a timeout. Deleted after 14 days.

resource "aws_s3_bucket" "logs" {
  #checkov:skip=CKV_AWS_18:A log of who reads the log would need another bucket
  #checkov:skip=CKV_AWS_21:Log files are never overwritten, and must be gone after 14 days
  #checkov:skip=CKV_AWS_144:Two weeks of access logs need no copy in another region
  #checkov:skip=CKV_AWS_145:The load balancer writes with the keys of S3 only
  #checkov:skip=CKV2_AWS_62:No program reads these files as they arrive
  bucket        = "${var.name}-edge-logs-${var.account_id}"
  force_destroy = true
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "delete"
    status = "Enabled"

    filter {}

    expiration {
      days = 14
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "LoadBalancerWrites"
      Effect    = "Allow"
      Principal = { Service = "logdelivery.elasticloadbalancing.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.logs.arn}/AWSLogs/${var.account_id}/*"
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.logs]
}
