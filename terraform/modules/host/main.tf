# One Graviton instance that runs API, reports and Redis: what the small stage has in place of Fargate services and ElastiCache.
# It keeps no data: replacing it costs the cache and a few minutes.

locals {
  full_name = "${var.common.name}-host"
}

# AWS publishes the newest image of Amazon Linux with ECS's agent under this name.
data "aws_ssm_parameter" "image" {
  name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"
}

resource "aws_security_group" "this" {
  name        = local.full_name
  description = "The instance: CloudFront and the pipeline come in"
  vpc_id      = var.common.vpc_id
}

# The pipeline publishes new data from inside the VPC.
resource "aws_vpc_security_group_ingress_rule" "pipeline" {
  security_group_id            = aws_security_group.this.id
  description                  = "From the pipeline to the API"
  referenced_security_group_id = var.pipeline_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = var.ports.api
  to_port                      = var.ports.api
}

resource "aws_vpc_security_group_egress_rule" "pipeline" {
  security_group_id            = var.pipeline_security_group_id
  description                  = "To the API"
  referenced_security_group_id = aws_security_group.this.id
  ip_protocol                  = "tcp"
  from_port                    = var.ports.api
  to_port                      = var.ports.api
}

resource "aws_iam_role" "this" {
  name = local.full_name

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2.html
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

# What ECS's agent needs. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
resource "aws_iam_role_policy_attachment" "this" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
}

resource "aws_iam_instance_profile" "this" {
  name = local.full_name
  role = aws_iam_role.this.name
}

resource "aws_instance" "this" {
  #checkov:skip=CKV_AWS_88:Without NAT it needs a public address to pull images; its security groups let in CloudFront and the pipeline only
  #checkov:skip=CKV_AWS_126:Metrics each five minutes are free and enough for the alarms
  #checkov:skip=CKV2_AWS_41:The role is attached, by the instance profile above
  ami                         = data.aws_ssm_parameter.image.insecure_value
  instance_type               = var.instance_type
  subnet_id                   = var.subnet_id
  associate_public_ip_address = true
  vpc_security_group_ids      = concat([aws_security_group.this.id], var.service_security_group_ids)
  iam_instance_profile        = aws_iam_instance_profile.this.name
  ebs_optimized               = true

  # Containers share the host's network. Without the rule any of them could read the instance's credentials; only root, which no
  # container is, may. It is set at every boot. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html
  # Packages come from the newest release of Amazon Linux each day; a new kernel comes with the next instance.
  # https://docs.aws.amazon.com/linux/al2023/ug/deterministic-upgrades-usage.html
  user_data = <<-EOT
    #!/bin/bash
    echo ECS_CLUSTER=${var.cluster_name} >> /etc/ecs/ecs.config
    echo ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true >> /etc/ecs/ecs.config
    boot=/var/lib/cloud/scripts/per-boot/credentials.sh
    echo '#!/bin/bash' > $boot
    echo 'iptables -I OUTPUT -d 169.254.169.254 -m owner ! --uid-owner 0 -j REJECT' >> $boot
    chmod +x $boot && $boot
    echo latest > /etc/dnf/vars/releasever
    dnf install --assumeyes dnf-automatic
    sed -i 's/^apply_updates = .*/apply_updates = yes/' /etc/dnf/automatic.conf
    systemctl enable --now dnf-automatic.timer
  EOT

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.disk_gib
    encrypted   = true
    kms_key_id  = var.common.kms_key_arn
  }

  tags = { Name = local.full_name }

  lifecycle {
    # A newer image would replace the instance at any apply. It is replaced on purpose: docs/runbook.md.
    ignore_changes = [ami]
  }
}
