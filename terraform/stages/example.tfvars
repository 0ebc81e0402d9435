# What differs by owner. Copy it to STAGE.local.tfvars in the folder of main.tf, which git ignores,
# and put your own values there: README.md says where each comes from. The checks use this file unchanged.
account_id        = "123456789012"
github_repository = "example/311-data-server"

# gh api repos/OWNER/NAME --jq '{owner: .owner.id, repository: .id}'; null for repositories created before July 2026.
github_repository_ids = { owner = 1001, repository = 2002 }

# An ACM certificate for both hosts, in the stage's region.
certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
api_host        = "api.example.org"
reports_host    = "reports.example.org"
hosted_zone_id  = null

api_allowed_origins = ["https://311.example.org"]
frame_ancestors     = ["https://311.example.org"]
alarm_emails        = ["team@example.org"]

# Only those already in Parameter Store (README.md, step 5): a task whose secret is missing does not start. [] is valid.
external_secrets = ["SLACK_WEBHOOK_URL", "SOCRATA_APP_TOKEN"]

# The first digests; after that deployments choose what runs.
images = {
  api      = "docker.io/example/311-api@sha256:1111111111111111111111111111111111111111111111111111111111111111"
  reports  = "docker.io/example/311-reports@sha256:2222222222222222222222222222222222222222222222222222222222222222"
  pipeline = "docker.io/example/311-pipeline@sha256:3333333333333333333333333333333333333333333333333333333333333333"
}

# Used by the small shape only. docker buildx imagetools inspect redis:7-bookworm shows the digest.
redis_image = "docker.io/library/redis@sha256:5555555555555555555555555555555555555555555555555555555555555555"
