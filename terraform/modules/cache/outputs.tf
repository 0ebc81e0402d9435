output "alarms" {
  description = "Alarms of every node, for modules/observability."
  value       = local.alarms
}

output "security_group_id" {
  description = "Group of the cache, for the tasks' outgoing rules."
  value       = aws_security_group.this.id
}

output "port" {
  description = "Port of Redis."
  value       = local.port
}

output "url_arn" {
  description = "Parameter that holds the Redis URL."
  value       = aws_ssm_parameter.url.arn
}
