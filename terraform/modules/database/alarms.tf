locals {
  primary = { DBInstanceIdentifier = var.name }

  # RDS's default for max_connections: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html
  memory_gib      = lookup({ micro = 1, small = 2, medium = 4, large = 8, xlarge = 16 }, split(".", var.instance_class)[2], 32)
  max_connections = floor(local.memory_gib * 1073741824 / 9531392)

  alarms = {
    database-away = {
      description = "The database sends no metrics: it is stopped, deleted or failing. Uncached requests get 503"
      metrics     = { seen = { namespace = "AWS/RDS", name = "CPUUtilization", dimensions = local.primary, stat = "SampleCount" } }
      comparison  = "LessThanThreshold", threshold = 1, periods = 2, missing = "breaching"
    }
    database-storage = {
      description = "Less than ${var.free_storage_gib} GiB of database storage left: raise storage_limit_gib"
      metrics     = { free = { namespace = "AWS/RDS", name = "FreeStorageSpace", dimensions = local.primary, stat = "Minimum" } }
      comparison  = "LessThanThreshold", threshold = var.free_storage_gib * 1024 * 1024 * 1024
    }
    database-cpu = {
      description = "The database has been at its CPU limit for 20 minutes"
      metrics     = { used = { namespace = "AWS/RDS", name = "CPUUtilization", dimensions = local.primary, stat = "Average" } }
      threshold   = 85, periods = 4
    }
    database-credits = {
      description = "The database used up its CPU credits: each further core hour costs 0.075 USD"
      metrics     = { charged = { namespace = "AWS/RDS", name = "CPUSurplusCreditsCharged", dimensions = local.primary, stat = "Maximum" } }
      threshold   = 1, periods = 3
    }
    database-memory = {
      description = "Little free memory in the database: a larger instance_class"
      metrics     = { free = { namespace = "AWS/RDS", name = "FreeableMemory", dimensions = local.primary, stat = "Average" } }
      comparison  = "LessThanThreshold", threshold = local.memory_gib * 1024 * 1024 * 1024 / 32, periods = 3
    }
    database-connections = {
      description = "Three quarters of the connections that Postgres allows are in use"
      metrics     = { used = { namespace = "AWS/RDS", name = "DatabaseConnections", dimensions = local.primary, stat = "Maximum" } }
      threshold   = floor(0.75 * local.max_connections), periods = 2
    }
  }

  replica_alarms = { for name, alarm in {
    replica-lag = {
      description = "The replica is more than a minute behind, or away: API and reports read old data, or none"
      metrics = { lag = {
        namespace  = "AWS/RDS", name = "ReplicaLag", stat = "Average"
        dimensions = { DBInstanceIdentifier = "${var.name}-read" }
      } }
      threshold = 60, periods = 3, missing = "breaching"
    }
  } : name => alarm if var.replica_class != null }
}
