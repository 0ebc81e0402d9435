locals {
  port = 5432

  # The pipeline writes as loader_311, the API and the reports read as reader_311; the migrate task sets both passwords.
  logins = toset(["loader", "reader"])

  # Both instances, of which the replica is optional.
  identifiers = concat([var.name], var.replica_class == null ? [] : ["${var.name}-read"])
  log_groups  = { for pair in setproduct(local.identifiers, ["postgresql", "upgrade"]) : "/aws/rds/instance/${pair[0]}/${pair[1]}" => pair }
}

resource "aws_security_group" "this" {
  name        = "${var.name}-database"
  description = "Postgres: reached by the named tasks only, without outgoing connections"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "client" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.this.id
  description                  = "Postgres from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_db_subnet_group" "this" {
  name        = var.name
  description = "Subnets without a route out"
  subnet_ids  = var.subnet_ids
}

resource "aws_db_parameter_group" "this" {
  name        = "${var.name}-postgres${var.engine_version}"
  family      = "postgres${var.engine_version}"
  description = "TLS only, slow statements in the log"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  # Statements are logged without their bind values, which can hold an address.
  parameter {
    name  = "log_parameter_max_length"
    value = "0"
  }

  parameter {
    name  = "log_lock_waits"
    value = "1"
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iam_role" "monitoring" {
  name = "${var.name}-database-monitoring"

  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.monitoring.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}

# RDS would make them itself, without encryption and without an end.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:Kept for log_retention_days; a year of them costs more and has no reader
  for_each = local.log_groups

  name              = each.key
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

# Another one for each database that is made: a final snapshot's name must not exist yet.
resource "terraform_data" "incarnation" {}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV_AWS_161:Pools of asyncpg and libpq hold passwords, not tokens of 15 minutes; each role has its own and TLS is forced
  identifier     = var.name
  engine         = "postgres"
  engine_version = var.engine_version

  # For the one apply that raises the major version: now, before the parameter group of the old version is deleted.
  allow_major_version_upgrade = var.is_major_upgrade

  instance_class = var.instance_class
  db_name        = var.database_name
  port           = local.port

  # owner_311 is the master user, because only rds_superuser may create the PostGIS extension.
  # RDS generates, stores and rotates its password: it never passes through Terraform.
  username                      = "owner_311"
  manage_master_user_password   = true
  master_user_secret_kms_key_id = var.kms_key_arn

  storage_type          = "gp3"
  allocated_storage     = var.storage_gib
  max_allocated_storage = var.storage_limit_gib
  storage_encrypted     = true
  kms_key_id            = var.kms_key_arn

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [aws_security_group.this.id]
  parameter_group_name   = aws_db_parameter_group.this.name
  ca_cert_identifier     = "rds-ca-rsa2048-g1"
  publicly_accessible    = false
  multi_az               = var.is_multi_az

  # Not on a Sunday, when the weekly comparison may still be running.
  auto_minor_version_upgrade = true
  maintenance_window         = "mon:11:00-mon:12:00"
  backup_window              = "06:00-07:00"
  backup_retention_period    = var.backup_days
  copy_tags_to_snapshot      = true
  deletion_protection        = var.is_protected
  delete_automated_backups   = !var.is_protected
  skip_final_snapshot        = !var.is_protected
  final_snapshot_identifier  = var.is_protected ? "${var.name}-final-${substr(terraform_data.incarnation.id, 0, 8)}" : null
  apply_immediately          = !var.is_protected || var.is_major_upgrade

  database_insights_mode                = "standard"
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.kms_key_arn
  performance_insights_retention_period = 7
  monitoring_interval                   = 60
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  enabled_cloudwatch_logs_exports       = ["postgresql", "upgrade"]

  depends_on = [aws_iam_role_policy_attachment.monitoring, aws_cloudwatch_log_group.this]
}

# Storage, key, subnets and roles are the primary's. It can be created again from the primary at any time.
resource "aws_db_instance" "replica" {
  #checkov:skip=CKV_AWS_161:As the primary
  #checkov:skip=CKV_AWS_157:It is the second copy itself; without it API and reports answer from the cache, or read the primary by one variable
  #checkov:skip=CKV_AWS_293:It holds nothing that the primary does not, and is deleted when its variable is unset
  count = var.replica_class == null ? 0 : 1

  identifier          = "${var.name}-read"
  replicate_source_db = aws_db_instance.this.identifier
  instance_class      = var.replica_class

  max_allocated_storage = var.storage_limit_gib
  storage_encrypted     = true

  vpc_security_group_ids = [aws_security_group.this.id]
  parameter_group_name   = aws_db_parameter_group.this.name
  ca_cert_identifier     = aws_db_instance.this.ca_cert_identifier
  publicly_accessible    = false

  auto_minor_version_upgrade = true
  maintenance_window         = aws_db_instance.this.maintenance_window
  copy_tags_to_snapshot      = true
  skip_final_snapshot        = true
  apply_immediately          = !var.is_protected || var.is_major_upgrade

  database_insights_mode                = "standard"
  performance_insights_enabled          = true
  performance_insights_kms_key_id       = var.kms_key_arn
  performance_insights_retention_period = 7
  monitoring_interval                   = 60
  monitoring_role_arn                   = aws_iam_role.monitoring.arn
  enabled_cloudwatch_logs_exports       = ["postgresql", "upgrade"]
}

# Written when password_version is raised, like the others: every run generates new passwords.
resource "aws_ssm_parameter" "read_url" {
  count = var.replica_class == null ? 0 : 1

  name             = "/${var.name}/DATABASE_READ_URL"
  description      = "Postgres URL of reader_311 at the replica"
  type             = "SecureString"
  key_id           = var.kms_key_arn
  value_wo         = "postgresql://reader_311:${var.passwords.reader}@${aws_db_instance.replica[0].endpoint}/${var.database_name}"
  value_wo_version = var.password_version
}

resource "aws_ssm_parameter" "url" {
  for_each = local.logins

  name             = "/${var.name}/DATABASE_${upper(each.key)}_URL"
  description      = "Postgres URL of ${each.key}_311"
  type             = "SecureString"
  key_id           = var.kms_key_arn
  value_wo         = "postgresql://${each.key}_311:${var.passwords[each.key]}@${aws_db_instance.this.endpoint}/${var.database_name}"
  value_wo_version = var.password_version

  # The roles get the new passwords after the apply, which waits half an hour for a new replica. Until then new tasks could not log in.
  depends_on = [aws_db_instance.replica]
}
