output "kms_key_arn" {
  description = "Key of everything the stage stores at rest."
  value       = aws_kms_key.this.arn
}

output "admin_token_arn" {
  description = "Parameter that holds the admin token."
  value       = aws_ssm_parameter.admin_token.arn
}
