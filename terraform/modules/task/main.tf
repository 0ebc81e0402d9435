# Every task: its definition, two roles, a log group, and a security group that names each outgoing connection.

locals {
  full_name = "${var.common.name}-${var.task}"

  parameter_arns = [for arn in values(var.secrets) : arn if startswith(arn, "arn:aws:ssm:")]

  # ECS takes one key of a JSON secret as arn:key::, IAM wants the bare ARN of seven parts.
  secret_arns = [for arn in values(var.secrets) : join(":", slice(split(":", arn), 0, 7)) if startswith(arn, "arn:aws:secretsmanager:")]

  read_statements = [for statement in [
    { Effect = "Allow", Action = "ssm:GetParameters", Resource = local.parameter_arns },
    { Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = local.secret_arns },
    { Effect = "Allow", Action = "kms:Decrypt", Resource = length(var.secrets) > 0 ? [var.common.kms_key_arn] : [] },
  ] : statement if length(statement.Resource) > 0]

  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.common.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:${var.common.region}:${var.common.account_id}:*" }
      }
    }]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:Kept for log_retention_days; a year of them costs more and has no reader
  name              = "/${var.common.name}/${var.task}"
  retention_in_days = var.common.log_retention_days
  kms_key_id        = var.common.kms_key_arn
}

# Used by ECS before the container runs: write this log, read these secrets.
resource "aws_iam_role" "execution" {
  name               = "${local.full_name}-execution"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy" "execution" {
  name = "start-${var.task}"
  role = aws_iam_role.execution.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
      }],
      local.read_statements,
    )
  })
}

# Used by the code in the container. Most calls no AWS service: its role has no policy.
resource "aws_iam_role" "task" {
  name               = "${local.full_name}-task"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy" "task" {
  count = length(var.statements) > 0 ? 1 : 0

  name   = "run-${var.task}"
  role   = aws_iam_role.task.name
  policy = jsonencode({ Version = "2012-10-17", Statement = var.statements })
}

resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5:Attached where the task runs: by the service, the schedule, the workflow or the host
  name        = local.full_name
  description = "Tasks of ${local.full_name}"
  vpc_id      = var.common.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.this.id
  description       = "HTTPS out: image registry, AWS, ${var.https_reason}"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "server" {
  for_each = var.servers

  security_group_id            = aws_security_group.this.id
  description                  = "To the ${each.key}"
  referenced_security_group_id = each.value.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_ecs_task_definition" "this" {
  family                   = local.full_name
  requires_compatibilities = [var.is_on_host ? "EC2" : "FARGATE"]
  network_mode             = var.is_on_host ? "host" : "awsvpc"
  cpu                      = var.is_on_host ? null : var.cpu
  memory                   = var.memory_mib
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn

  # A deployment registers newer revisions with a newer image. Terraform follows the newest, so that applying never rolls one back.
  track_latest = true

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.common.cpu_architecture
  }

  # The only writable folder of a read-only root; it is deleted with the task.
  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([merge(
    {
      name                   = var.task
      image                  = var.image
      essential              = true
      readonlyRootFilesystem = true
      privileged             = false
      stopTimeout            = var.stop_timeout_seconds
      environment            = [for key in sort(keys(var.environment)) : { name = key, value = var.environment[key] }]
      secrets                = [for key in sort(keys(var.secrets)) : { name = key, valueFrom = var.secrets[key] }]
      mountPoints            = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
      portMappings           = var.port == null ? [] : [{ containerPort = var.port, hostPort = var.port, protocol = "tcp" }]
      systemControls         = []
      volumesFrom            = []
      linuxParameters        = { capabilities = { add = [], drop = ["ALL"] } }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.this.name
          awslogs-region        = var.common.region
          awslogs-stream-prefix = var.task
        }
      }
    },
    var.command == null ? {} : { command = var.command },
    var.is_on_host ? { cpu = var.cpu } : {},
    var.user == null ? {} : { user = var.user },
    var.health_command == null ? {} : { healthCheck = {
      command = var.health_command, interval = 10, timeout = 5, retries = 3, startPeriod = 60
    } },
  )])
}
