locals {
  instance = { InstanceId = aws_instance.this.id }

  alarms = {
    host-away = {
      description = "The instance does not answer AWS's checks; AWS restarts it on sound hardware if the hardware is the cause"
      metrics     = { failed = { namespace = "AWS/EC2", name = "StatusCheckFailed", dimensions = local.instance, stat = "Maximum" } }
      threshold   = 1, periods = 2, missing = "breaching"
    }
    host-credits = {
      description = "The instance used up its CPU credits: each further core hour costs 0.04 USD"
      metrics     = { balance = { namespace = "AWS/EC2", name = "CPUCreditBalance", dimensions = local.instance, stat = "Minimum" } }
      comparison  = "LessThanThreshold", threshold = 20, periods = 3
    }
    redis-absent = {
      description = "Redis has no running task: responses come from the database"
      metrics = { running = {
        namespace  = "AWS/ECS", name = "CPUUtilization", stat = "SampleCount"
        dimensions = { ClusterName = var.cluster_name, ServiceName = aws_ecs_service.redis.name }
      } }
      comparison = "LessThanThreshold", threshold = 1, missing = "breaching"
    }
  }
}
