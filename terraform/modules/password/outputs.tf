output "value" {
  description = "A new random value at each run; only a write-only argument may take it, and takes it when its version is raised."
  value       = var.is_mocked ? var.stand_in : ephemeral.aws_secretsmanager_random_password.this[0].random_password
  ephemeral   = true
  sensitive   = true
}
