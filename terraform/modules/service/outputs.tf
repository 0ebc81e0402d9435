output "name" {
  description = "Name of the ECS service."
  value       = aws_ecs_service.this.name
}

output "arn" {
  description = "The ECS service."
  value       = aws_ecs_service.this.id
}

output "family" {
  description = "Family of the task definition."
  value       = module.task.family
}

output "security_group_id" {
  description = "Security group of the tasks."
  value       = module.task.security_group_id
}

output "role_arns" {
  description = "Roles that a deployment must be allowed to pass."
  value       = module.task.role_arns
}

output "log_group" {
  description = "Log group of the tasks."
  value       = module.task.log_group
}

output "target_group_suffix" {
  description = "Dimension of the target group's metrics."
  value       = aws_lb_target_group.this.arn_suffix
}

output "target_group_arn" {
  description = "Target group of the tasks."
  value       = aws_lb_target_group.this.arn
}
