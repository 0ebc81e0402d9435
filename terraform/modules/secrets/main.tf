# One key for everything the stage stores at rest, and the one secret that belongs to no server: the admin token.

resource "aws_kms_key" "this" {
  description             = "${var.name}: database, cache, parameters, logs, alarms"
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountDecidesByIam"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "LogGroupsOfThisStage"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action    = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = [
          "arn:aws:logs:${var.region}:${var.account_id}:log-group:/${var.name}/*",
          "arn:aws:logs:${var.region}:${var.account_id}:log-group:aws-waf-logs-${var.name}",
        ] } }
      },
      {
        Sid       = "AlarmsReachTheTopic"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
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
