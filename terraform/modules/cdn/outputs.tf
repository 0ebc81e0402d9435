output "names" {
  description = "Name of each distribution, to which its host must point."
  value       = { for name, distribution in aws_cloudfront_distribution.this : name => distribution.domain_name }
}

output "alarms" {
  description = "Alarms of the distributions, for modules/observability."
  value       = local.alarms
}

output "error_rates" {
  description = "Share of 5xx responses in percent, by service, for the service-level objectives."
  value       = { for name, alarm in local.alarms : trimsuffix(name, "-5xx") => alarm.metrics.share }
}
