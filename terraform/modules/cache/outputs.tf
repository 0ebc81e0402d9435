output "member_ids" {
  description = "Nodes of the group, for alarms; ElastiCache numbers them, so they are known before they exist."
  value       = [for number in range(var.node_count) : format("%s-%03d", var.name, number + 1)]
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
