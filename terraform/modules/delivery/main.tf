# What the deploy workflow may do, by OIDC and without a stored key: run the migration, and put new digests into these families and
# services. It cannot read a secret, change a role or open a port. Which actions know which resources and condition keys:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html

locals {
  task_definitions = [for family in var.task_families : "arn:aws:ecs:${var.region}:${var.account_id}:task-definition/${family}:*"]
}

resource "aws_iam_role" "deploy" {
  #checkov:skip=CKV_AWS_393:The claim is repo:owner/name:environment:stage; the check cannot evaluate the variable, whose validation and test require that form
  # Two hours: as long as the slowest migration, two rolls and the way back may take.
  name                 = "${var.name}-deploy"
  description          = "Assumed by the deploy workflow of ${var.repository}, environment ${var.environment}"
  max_session_duration = 7200

  # https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::${var.account_id}:oidc-provider/token.actions.githubusercontent.com" }
      Condition = { StringEquals = {
        "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
        "token.actions.githubusercontent.com:sub" = "repo:${var.repository}:environment:${var.environment}"
      } }
    }]
  })
}

resource "aws_iam_role_policy" "deploy" {
  name = "deploy"
  role = aws_iam_role.deploy.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "NoResourceLevelInEcs"
        Effect = "Allow"
        Action = "ecs:DescribeTaskDefinition"
        # The action supports no resources: AWS accepts only the star.
        Resource = "*"
      },
      {
        Sid      = "NewRevisions"
        Effect   = "Allow"
        Action   = "ecs:RegisterTaskDefinition"
        Resource = local.task_definitions
      },
      {
        Sid       = "NewRevisionsKeepTheirTags"
        Effect    = "Allow"
        Action    = "ecs:TagResource"
        Resource  = local.task_definitions
        Condition = { StringEquals = { "ecs:CreateAction" = "RegisterTaskDefinition" } }
      },
      {
        Sid       = "RunMigrationAndPipeline"
        Effect    = "Allow"
        Action    = "ecs:RunTask"
        Resource  = [for family in var.runnable_families : "arn:aws:ecs:${var.region}:${var.account_id}:task-definition/${family}:*"]
        Condition = { ArnEquals = { "ecs:cluster" = var.cluster_arn } }
      },
      {
        Sid       = "WatchAndStopTasks"
        Effect    = "Allow"
        Action    = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource  = "arn:aws:ecs:${var.region}:${var.account_id}:task/${var.cluster_name}/*"
        Condition = { ArnEquals = { "ecs:cluster" = var.cluster_arn } }
      },
      {
        Sid      = "RollServices"
        Effect   = "Allow"
        Action   = ["ecs:DescribeServices", "ecs:UpdateService"]
        Resource = var.service_arns
      },
      {
        Sid       = "HandTasksTheirRoles"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = var.task_role_arns
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Sid      = "RememberDigests"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter", "ssm:PutParameter"]
        Resource = var.image_parameter_arns
      },
      {
        Sid      = "ReadTaskLogs"
        Effect   = "Allow"
        Action   = "logs:GetLogEvents"
        Resource = [for group in var.log_groups : "arn:aws:logs:${var.region}:${var.account_id}:log-group:${group}:*"]
      },
    ]
  })
}
