output "arn" {
  description = "Newest revision of the task definition."
  value       = aws_ecs_task_definition.this.arn

  # A task that starts before its role may read the secrets fails.
  depends_on = [aws_iam_role_policy.execution]
}

output "family" {
  description = "Family of the task definition."
  value       = aws_ecs_task_definition.this.family
}

output "family_arn" {
  description = "Task definition without revision: always the newest."
  value       = aws_ecs_task_definition.this.arn_without_revision
}

output "security_group_id" {
  description = "Security group of the tasks."
  value       = aws_security_group.this.id
}

output "log_group" {
  description = "Log group of the tasks."
  value       = aws_cloudwatch_log_group.this.name
}

output "role_arns" {
  description = "Roles that a caller of RunTask must be allowed to pass."
  value       = [aws_iam_role.execution.arn, aws_iam_role.task.arn]
}

output "definition" {
  description = "Container definitions as JSON, for rules in tests."
  value       = aws_ecs_task_definition.this.container_definitions
}
