locals {
  # ElastiCache numbers the nodes, so their names are known before they exist.
  members = [for number in range(var.node_count) : format("%s-%03d", var.name, number + 1)]

  alarms = merge([for member in local.members : {
    "cache-away-${member}" = {
      description = "A cache node sends no metrics: responses come from the database, and slowly"
      metrics     = { seen = { namespace = "AWS/ElastiCache", name = "CPUUtilization", dimensions = { CacheClusterId = member }, stat = "SampleCount" } }
      comparison  = "LessThanThreshold", threshold = 1, periods = 2, missing = "breaching"
    }
    "cache-memory-${member}" = {
      description = "The cache is full: a larger node_type"
      metrics     = { used = { namespace = "AWS/ElastiCache", name = "DatabaseMemoryUsagePercentage", dimensions = { CacheClusterId = member }, stat = "Average" } }
      threshold   = 90, periods = 3
    }
    "cache-evictions-${member}" = {
      description = "The cache drops responses before they expire: a larger node_type"
      metrics     = { evicted = { namespace = "AWS/ElastiCache", name = "Evictions", dimensions = { CacheClusterId = member }, stat = "Sum" } }
      threshold   = 100, periods = 3
    }
  }]...)
}
