output "family" {
  description = "Family of the task definition."
  value       = module.task.family
}

output "security_group_id" {
  description = "Security group of the task."
  value       = module.task.security_group_id
}

output "role_arns" {
  description = "Roles that a caller of RunTask must be allowed to pass."
  value       = module.task.role_arns
}

output "log_group" {
  description = "Log group of the ingest runs."
  value       = module.task.log_group
}

output "schedule_group" {
  description = "Schedule group, for the metric of starts that were given up."
  value       = aws_scheduler_schedule_group.this.name
}
