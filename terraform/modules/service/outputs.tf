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

output "alarms" {
  description = "Alarms of the service, for modules/observability."
  value       = merge(local.balanced_alarms, local.hosted_alarms)
}

output "logged_seconds" {
  description = "Time of every request, from the access log; its sample count is the number of requests."
  value       = local.logged_seconds
}

output "metrics" {
  description = "Requests, errors and response times behind the load balancer; null on a host."
  value       = local.is_balanced ? { requests = local.requests, errors = local.errors, seconds = local.seconds } : null
}
