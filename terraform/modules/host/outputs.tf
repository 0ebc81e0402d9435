output "instance_arn" {
  description = "The instance, for CloudFront's VPC origins."
  value       = aws_instance.this.arn
}

output "security_group_id" {
  description = "Group of the instance, for CloudFront's incoming rules."
  value       = aws_security_group.this.id
}

output "api_url" {
  description = "The API as the pipeline reaches it, inside the VPC."
  value       = "http://${aws_instance.this.private_ip}:${var.ports.api}"
}

output "instance_dns" {
  description = "Private name of the instance."
  value       = aws_instance.this.private_dns
}

output "alarms" {
  description = "Alarms of the instance and of Redis, for modules/observability."
  value       = local.alarms
}
