output "location" {
  description = "Address of the bucket, for the pipeline."
  value       = "s3://${aws_s3_bucket.this.bucket}"
}

output "url" {
  description = "Public address of the files."
  value       = "https://${var.domain == null ? aws_cloudfront_distribution.this.domain_name : var.domain.host}/files"
}

output "statements" {
  description = "What a task that writes the files needs of IAM."
  value = [
    {
      Effect   = "Allow"
      Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
      Resource = "${aws_s3_bucket.this.arn}/*"
    },
    {
      # Without it a missing file would be forbidden instead of absent.
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = aws_s3_bucket.this.arn
    },
  ]
}
