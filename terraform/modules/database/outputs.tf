output "identifier" {
  description = "Name of the instance, for alarms."
  value       = aws_db_instance.this.identifier
}

output "security_group_id" {
  description = "Group of the database, for the tasks' outgoing rules."
  value       = aws_security_group.this.id
}

output "port" {
  description = "Port of Postgres."
  value       = local.port
}

output "owner_url" {
  description = "URL of the owner without its password, which RDS keeps."
  value       = "postgresql://owner_311@${aws_db_instance.this.endpoint}/${var.database_name}"
}

output "owner_secret_arn" {
  description = "Secret that RDS keeps, a JSON object with username and password."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}

output "loader_url_arn" {
  description = "Parameter that holds the pipeline's URL."
  value       = aws_ssm_parameter.url["loader"].arn
}

output "read_url_arn" {
  description = "Parameter that holds the replica's URL for API and reports, or null."
  value       = one(aws_ssm_parameter.read_url[*].arn)
}

output "reader_url_arn" {
  description = "Parameter that holds the URL of API and reports."
  value       = aws_ssm_parameter.url["reader"].arn
}

output "restore" {
  description = "What a restored instance must be given: deploy/ reads it."
  value = {
    identifier      = aws_db_instance.this.identifier
    subnet_group    = aws_db_subnet_group.this.name
    security_group  = aws_security_group.this.id
    parameter_group = aws_db_parameter_group.this.name
    kms_key_arn     = var.kms_key_arn
    replica         = var.replica_class == null ? "" : aws_db_instance.replica[0].identifier
  }
}

output "identifiers" {
  description = "Primary and replica, for RDS's event notifications: of the instances themselves, because RDS takes only names that exist."
  value       = concat([aws_db_instance.this.identifier], aws_db_instance.replica[*].identifier)
}

output "alarms" {
  description = "Alarms of the database, for modules/observability."
  value       = merge(local.alarms, local.replica_alarms)
}
