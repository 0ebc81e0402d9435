# One key for everything that the stage stores, and the admin token, which belongs to no server.

locals {
  # Snapshots and retained backups outlive a protected stage, and are unreadable without its key: docs/runbook.md, "Delete a stage".
  deletion_protection = [for statement in [{
    Sid       = "BackupsStayReadable"
    Effect    = "Deny"
    Principal = "*"
    Action    = "kms:ScheduleKeyDeletion"
    Resource  = "*"
  }] : statement if var.is_protected]
}

resource "aws_kms_key" "this" {
  description             = "${var.name}: database, cache, parameters, logs, alarms"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.deletion_protection, [
      {
        Sid       = "AccountDecidesByIam"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
      {
        Sid       = "LogGroupsOfThisStage"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = [
          "arn:aws:logs:${var.region}:${var.account_id}:log-group:/${var.name}/*",
          "arn:aws:logs:${var.region}:${var.account_id}:log-group:aws-waf-logs-${var.name}",
          "arn:aws:logs:${var.region}:${var.account_id}:log-group:/aws/rds/instance/${var.name}*",
        ] } }
      },
      # These services send aws:SourceAccount to the key of an encrypted topic:
      # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
      {
        Sid       = "AlarmsReachTheTopic"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "events.rds.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
      # EventBridge sends neither aws:SourceAccount nor aws:SourceArn there (same page): with a condition its messages are lost.
      {
        Sid       = "EventsReachTheTopic"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
      },
    ])
  })
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_ssm_parameter" "admin_token" {
  name             = "/${var.name}/ADMIN_TOKEN"
  description      = "Bearer token of the API's admin routes"
  type             = "SecureString"
  key_id           = aws_kms_key.this.arn
  value_wo         = var.admin_token
  value_wo_version = var.admin_token_version
}
