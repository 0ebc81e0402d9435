output "listener_arn" {
  description = "HTTPS listener for the services' rules."
  value       = aws_lb_listener.https.arn
}

output "security_group_id" {
  description = "Group of the load balancer."
  value       = aws_security_group.this.id
}

output "dns_name" {
  description = "Name of the load balancer, to which both hosts must point."
  value       = aws_lb.this.dns_name
}

output "arn_suffix" {
  description = "Dimension of the load balancer's metrics."
  value       = aws_lb.this.arn_suffix
}

output "alarms" {
  description = "Alarms of the load balancer, for modules/observability."
  value       = local.alarms
}
