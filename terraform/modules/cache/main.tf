locals {
  port = 6379
}

resource "aws_security_group" "this" {
  name        = "${var.name}-cache"
  description = "Redis: reached by the named tasks only, without outgoing connections"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "client" {
  for_each = var.client_security_group_ids

  security_group_id            = aws_security_group.this.id
  description                  = "Redis from ${each.key}"
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
}

resource "aws_elasticache_subnet_group" "this" {
  name        = var.name
  description = "Subnets without a route out"
  subnet_ids  = var.subnet_ids
}

resource "aws_ssm_parameter" "token" {
  name             = "/${var.name}/redis-token"
  description      = "Token of the cache; the services get it within REDIS_URL"
  type             = "SecureString"
  key_id           = var.kms_key_arn
  value_wo         = var.token
  value_wo_version = var.token_version
}

# Version 5 of the provider has no write-only form of auth_token (version 6 has), so this one secret is in the state: the state
# bucket must be encrypted and closed. depends_on makes Terraform read a new token after writing it.
data "aws_ssm_parameter" "token" {
  name = aws_ssm_parameter.token.name

  depends_on = [aws_ssm_parameter.token]
}

resource "aws_elasticache_replication_group" "this" {
  #checkov:skip=CKV2_AWS_50:Comes with node_count of 2; what one node loses is computed again from the database
  replication_group_id = var.name
  description          = "Cached responses of API and reports; can be lost at any time"

  engine         = "redis"
  engine_version = var.engine_version
  node_type      = var.node_type
  port           = local.port

  num_cache_clusters         = var.node_count
  automatic_failover_enabled = var.node_count > 1
  multi_az_enabled           = var.node_count > 1

  subnet_group_name  = aws_elasticache_subnet_group.this.name
  security_group_ids = [aws_security_group.this.id]

  at_rest_encryption_enabled = true
  kms_key_id                 = var.kms_key_arn
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  auth_token                 = data.aws_ssm_parameter.token.value
  auth_token_update_strategy = "ROTATE"

  auto_minor_version_upgrade = true
  maintenance_window         = "mon:12:00-mon:13:00"
  apply_immediately          = true
}

resource "aws_ssm_parameter" "url" {
  name             = "/${var.name}/REDIS_URL"
  description      = "Redis URL with its token"
  type             = "SecureString"
  key_id           = var.kms_key_arn
  value_wo         = "rediss://:${data.aws_ssm_parameter.token.value}@${aws_elasticache_replication_group.this.primary_endpoint_address}:${local.port}/0"
  value_wo_version = var.token_version
}
