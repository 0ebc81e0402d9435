output "family" {
  description = "Family of the task definition."
  value       = module.task.family
}

output "security_group_id" {
  description = "Security group of master and workers."
  value       = module.task.security_group_id
}

output "log_group" {
  description = "Log group of master and workers."
  value       = module.task.log_group
}
