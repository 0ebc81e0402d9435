# A disposable stage. What differs by owner (account, hosts, repository, certificate) is in dev.local.tfvars: README.md.
stage      = "dev"
cidr_block = "10.31.0.0/16"

is_protected         = false
is_nat_per_zone      = false
is_database_multi_az = false
is_pipeline_spot     = true

database_instance_class    = "db.t4g.small"
database_storage_gib       = 50
database_storage_limit_gib = 100
backup_days                = 3

cache_node_type  = "cache.t4g.micro"
cache_node_count = 1

api_size      = { cpu = 256, memory_mib = 1024 }
api_tasks     = { min = 1, max = 2 }
reports_size  = { cpu = 256, memory_mib = 1024 }
reports_tasks = { min = 1, max = 2 }
pipeline_size = { cpu = 1024, memory_mib = 2048 }

log_level          = "DEBUG"
log_retention_days = 30

# dev and prod in one account, and a fifth more than terraform/README.md sums up.
budget_usd = 420
