# A one-off task from the API's image: migrates the schema, and sets the passwords of the other two roles.
# A deployment runs it first and waits for it. Only this task connects as the owner.

module "task" {
  source = "../task"

  common               = var.common
  task                 = "migrate"
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
