# One city for at most 60 USD a month: one instance, one zone, a pause of seconds at each release. README.md says what it lacks.
stage      = "small"
cidr_block = "10.33.0.0/16"

is_single_host     = true
host_instance_type = "t4g.medium"
cpu_architecture   = "ARM64"
firewall_rules     = []

is_protected         = true
is_database_multi_az = false
is_pipeline_spot     = false

database_instance_class    = "db.t4g.micro"
database_storage_gib       = 40
database_storage_limit_gib = 100
backup_days                = 7

# Not used: Redis runs on the host.
cache_node_type  = "cache.t4g.micro"
cache_node_count = 1

# Memory of the containers; they share the processors of the host.
api_size      = { cpu = 512, memory_mib = 1536 }
api_tasks     = { min = 1, max = 1 }
reports_size  = { cpu = 512, memory_mib = 1024 }
reports_tasks = { min = 1, max = 1 }
pipeline_size = { cpu = 1024, memory_mib = 2048 }

log_retention_days = 30
budget_usd         = 72
