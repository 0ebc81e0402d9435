output "arn" {
  description = "The cluster."
  value       = aws_ecs_cluster.this.arn

  # Tasks of a capacity provider can start only once it is attached.
  depends_on = [aws_ecs_cluster_capacity_providers.this]
}

output "name" {
  description = "Name of the cluster, as the workflows use it."
  value       = aws_ecs_cluster.this.name
}
