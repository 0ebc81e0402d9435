output "name" {
  description = "Prefix of every name of this stage."
  value       = local.name
}

output "region" {
  description = "AWS region."
  value       = var.region
}

output "cluster" {
  description = "ECS cluster."
  value       = module.cluster.name
}

output "services" {
  description = "ECS services, by container name."
  value       = { api = module.api.name, reports = module.reports.name }
}

output "task_families" {
  description = "Task families, by container name."
  value = {
    api      = module.api.family
    reports  = module.reports.family
    pipeline = module.pipeline.family
    migrate  = module.migrate.family
  }
}

output "subnets" {
  description = "Subnets of tasks that the workflow starts."
  value       = module.network.task_subnet_ids
}

output "security_groups" {
  description = "Security groups of the tasks, by container name."
  value = {
    api      = module.api.security_group_id
    reports  = module.reports.security_group_id
    pipeline = module.pipeline.security_group_id
    migrate  = module.migrate.security_group_id
  }
}

output "log_groups" {
  description = "Log groups of the tasks, by container name."
  value = {
    api      = module.api.log_group
    reports  = module.reports.log_group
    pipeline = module.pipeline.log_group
    migrate  = module.migrate.log_group
  }
}

output "image_parameters" {
  description = "Parameters that hold the deployed digests, by image."
  value       = { for image, parameter in aws_ssm_parameter.image : image => parameter.name }
}

output "load" {
  description = "Names that running the load tests as tasks needs; null without load_image."
  value = one([for load in module.load : {
    family         = load.family
    security_group = load.security_group_id
    log_group      = load.log_group
  }])
}

output "deploy_role_arn" {
  description = "Role of the deploy workflow."
  value       = module.delivery.role_arn
}

output "names" {
  description = "Name to which each host must point."
  value       = merge({ for edge in module.edge : "both" => edge.dns_name }, module.cdn[*].names...)
}

output "api_url" {
  description = "Address of the API."
  value       = local.api_url
}

output "reports_url" {
  description = "Address of the reports."
  value       = local.reports_url
}

output "files_url" {
  description = "Address of the city's files; null without has_files."
  value       = one(module.files[*].url)
}

output "alarm_topic_arn" {
  description = "Topic of all alarms."
  value       = module.observability.topic_arn
}

output "deployment" {
  description = "The stage as deploy/ reads it: the variable DEPLOYMENT of its GitHub environment."
  value = {
    region   = var.region
    city     = var.city
    role_arn = module.delivery.role_arn
    cluster  = module.cluster.name
    services = { api = module.api.name, reports = module.reports.name }
    subnets  = module.network.task_subnet_ids
    api_url  = local.api_url
    task_families = {
      api      = module.api.family
      reports  = module.reports.family
      pipeline = module.pipeline.family
      migrate  = module.migrate.family
    }
    security_groups  = { pipeline = module.pipeline.security_group_id, migrate = module.migrate.security_group_id }
    log_groups       = { pipeline = module.pipeline.log_group, migrate = module.migrate.log_group }
    image_parameters = { for image, parameter in aws_ssm_parameter.image : image => parameter.name }
    reports_url      = local.reports_url
    is_public        = var.is_single_host
    database         = module.database.restore
    drill            = module.observability.drill
  }
}
