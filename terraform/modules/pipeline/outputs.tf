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

output "alarms" {
  description = "Alarms of the schedules, for modules/observability."
  value       = local.alarms
}

output "figures" {
  description = "Metrics of a run, by name, for the dashboard."
  value       = local.figures
}
