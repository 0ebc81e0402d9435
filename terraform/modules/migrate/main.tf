# A one-off task from the API's image: schema to the newest revision, the other two roles and their passwords.
# Deployment runs it first and waits for it. It alone connects as the owner.

module "task" {
  source = "../task"

  name               = var.common.name
  task               = "migrate"
  region             = var.common.region
  account_id         = var.common.account_id
  vpc_id             = var.common.vpc_id
  kms_key_arn        = var.common.kms_key_arn
  cpu_architecture   = var.common.cpu_architecture
  log_retention_days = var.common.log_retention_days

  image                = var.image
  command              = ["python", "-m", "lacity_data_api.migrate"]
  cpu                  = 256
  memory_mib           = 512
  environment          = var.environment
  secrets              = var.secrets
  servers              = var.servers
  https_reason         = "nothing else"
  stop_timeout_seconds = 120
}
