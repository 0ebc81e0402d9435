# What differs by owner (account, hosts, repository, certificate) is in prod.local.tfvars: README.md.
stage      = "prod"
cidr_block = "10.32.0.0/16"

is_protected         = true
is_nat_per_zone      = false
is_database_multi_az = false
is_pipeline_spot     = false

database_instance_class    = "db.t4g.medium"
database_storage_gib       = 60
database_storage_limit_gib = 200
backup_days                = 14

cache_node_type  = "cache.t4g.micro"
cache_node_count = 1

api_size      = { cpu = 512, memory_mib = 1024 }
api_tasks     = { min = 2, max = 6 }
reports_size  = { cpu = 512, memory_mib = 2048 }
reports_tasks = { min = 1, max = 3 }
pipeline_size = { cpu = 1024, memory_mib = 2048 }

log_retention_days = 90

is_checked_from_outside = true

# dev and prod in one account, and a fifth more than terraform/README.md sums up.
budget_usd = 420
