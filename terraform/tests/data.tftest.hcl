# Database and cache: closed, encrypted, TLS only, backed up.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name               = "la311-prod"
  account_id         = "123456789012"
  vpc_id             = "vpc-1"
  subnet_ids         = ["subnet-1", "subnet-2"]
  log_retention_days = 30
  kms_key_arn        = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"

  client_security_group_ids = { api = "sg-api", reports = "sg-reports" }
}

run "database" {
  module {
    source = "./modules/database"
  }

  variables {
    engine_version    = "15"
    instance_class    = "db.t4g.small"
    storage_gib       = 30
    storage_limit_gib = 100
    is_multi_az       = true
    is_protected      = true
    backup_days       = 14
    password_version  = 1
    passwords         = { loader = "mocked", reader = "mocked" }
  }

  assert {
    condition     = !aws_db_instance.this.publicly_accessible
    error_message = "The database must not be public."
  }

  assert {
    condition     = aws_db_instance.this.storage_encrypted && aws_db_instance.this.kms_key_id == var.kms_key_arn
    error_message = "Storage must be encrypted with the stage's key."
  }

  assert {
    condition     = contains([for parameter in aws_db_parameter_group.this.parameter : "${parameter.name}=${parameter.value}"], "rds.force_ssl=1")
    error_message = "Plain connections must be refused."
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password && aws_db_instance.this.password == null
    error_message = "RDS keeps the owner's password; Terraform never reads it."
  }

  assert {
    condition     = alltrue([for parameter in aws_ssm_parameter.url : parameter.type == "SecureString" && parameter.value_wo_version == 1])
    error_message = "URLs with passwords must be encrypted and write-only."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.client : rule.cidr_ipv4 == null && rule.cidr_ipv6 == null && rule.from_port == 5432 && rule.to_port == 5432])
    error_message = "Only named security groups may reach the database, and only its port."
  }

  assert {
    condition     = aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot && startswith(aws_db_instance.this.final_snapshot_identifier, "la311-prod-final-")
    error_message = "A protected database refuses deletion, and keeps a final snapshot whose name is new for each database."
  }

  assert {
    condition     = aws_db_instance.this.backup_retention_period == 14 && aws_db_instance.this.multi_az
    error_message = "Backups and standby as given."
  }

  assert {
    condition     = !aws_db_instance.this.allow_major_version_upgrade && !aws_db_instance.this.apply_immediately
    error_message = "A protected database changes in its maintenance window only."
  }

  assert {
    condition     = contains([for parameter in aws_db_parameter_group.this.parameter : "${parameter.name}=${parameter.value}"], "log_parameter_max_length=0")
    error_message = "Bind values can hold an address and must not be logged."
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_log_group.this)) == toset(["/aws/rds/instance/la311-prod/postgresql", "/aws/rds/instance/la311-prod/upgrade"]) && alltrue([for group in aws_cloudwatch_log_group.this : group.retention_in_days == 30])
    error_message = "RDS must not make its log groups itself: they would be kept indefinitely."
  }

  assert {
    condition     = output.alarms["database-away"].missing == "breaching"
    error_message = "A database that is gone sends no metrics, and must ring."
  }

  assert {
    condition     = output.alarms["database-connections"].threshold == 168
    error_message = "Three quarters of the 225 connections that RDS allows with 2 GiB."
  }

  assert {
    condition     = !contains(keys(output.alarms), "replica-lag")
    error_message = "No replica, no lag."
  }
}

run "major_upgrade" {
  module {
    source = "./modules/database"
  }

  variables {
    engine_version    = "16"
    instance_class    = "db.t4g.small"
    storage_gib       = 30
    storage_limit_gib = 100
    is_multi_az       = false
    is_protected      = true
    is_major_upgrade  = true
    backup_days       = 14
    password_version  = 1
    passwords         = { loader = "mocked", reader = "mocked" }
  }

  assert {
    condition     = aws_db_instance.this.allow_major_version_upgrade && aws_db_instance.this.apply_immediately
    error_message = "The upgrade must be done before the old version's parameter group, still in use until then, is deleted."
  }
}

run "no_replica_unless_asked_for" {
  module {
    source = "./modules/database"
  }

  variables {
    engine_version    = "15"
    instance_class    = "db.t4g.small"
    storage_gib       = 30
    storage_limit_gib = 100
    is_multi_az       = false
    is_protected      = false
    backup_days       = 3
    password_version  = 1
    passwords         = { loader = "mocked", reader = "mocked" }
  }

  assert {
    condition     = length(aws_db_instance.replica) == 0 && output.read_url_arn == null
    error_message = "A replica costs as much as the database: none by default."
  }
}

run "replica" {
  module {
    source = "./modules/database"
  }

  variables {
    engine_version    = "15"
    instance_class    = "db.t4g.small"
    replica_class     = "db.t4g.medium"
    storage_gib       = 30
    storage_limit_gib = 100
    is_multi_az       = false
    is_protected      = false
    backup_days       = 3
    password_version  = 2
    passwords         = { loader = "mocked", reader = "mocked" }
  }

  assert {
    condition     = aws_db_instance.replica[0].replicate_source_db == aws_db_instance.this.identifier && aws_db_instance.replica[0].instance_class == "db.t4g.medium"
    error_message = "The replica follows the stage's own database."
  }

  assert {
    condition     = !aws_db_instance.replica[0].publicly_accessible && aws_db_instance.replica[0].storage_encrypted && aws_db_instance.replica[0].vpc_security_group_ids == toset([aws_security_group.this.id]) && aws_db_instance.replica[0].parameter_group_name == aws_db_parameter_group.this.name
    error_message = "The replica is as closed as the primary, and takes TLS only."
  }

  assert {
    condition     = aws_ssm_parameter.read_url[0].type == "SecureString" && aws_ssm_parameter.read_url[0].value_wo_version == 2 && aws_ssm_parameter.read_url[0].key_id == var.kms_key_arn
    error_message = "The replica's URL is encrypted, write-only, and takes a new password with the others."
  }

  assert {
    condition     = output.alarms["replica-lag"].missing == "breaching"
    error_message = "A replica that is gone must ring."
  }
}

run "no_backups_are_refused" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    engine_version    = "15"
    instance_class    = "db.t4g.small"
    storage_gib       = 30
    storage_limit_gib = 100
    is_multi_az       = false
    is_protected      = false
    backup_days       = 0
    password_version  = 1
    passwords         = { loader = "mocked", reader = "mocked" }
  }

  expect_failures = [var.backup_days]
}

run "cache" {
  module {
    source = "./modules/cache"
  }

  variables {
    engine_version = "7.1"
    node_type      = "cache.t4g.micro"
    node_count     = 2
    token_version  = 1
    token          = "mocked"
  }

  assert {
    condition     = aws_elasticache_replication_group.this.transit_encryption_enabled && aws_elasticache_replication_group.this.transit_encryption_mode == "required"
    error_message = "Redis must refuse plain connections."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.at_rest_encryption_enabled && aws_elasticache_replication_group.this.auth_token != null
    error_message = "Redis must be encrypted and require a token."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.automatic_failover_enabled && aws_elasticache_replication_group.this.multi_az_enabled
    error_message = "Two nodes must take over from each other."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.client : rule.cidr_ipv4 == null && rule.from_port == 6379 && rule.to_port == 6379])
    error_message = "Only named security groups may reach Redis."
  }

  assert {
    condition     = alltrue([for node in ["la311-prod-001", "la311-prod-002"] : output.alarms["cache-away-${node}"].missing == "breaching"])
    error_message = "Alarms must watch every node, and ring when it is gone."
  }
}
