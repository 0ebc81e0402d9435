# Ephemeral: the value goes from AWS's generator to Parameter Store and is written to no plan and no state.
# Without punctuation, so that it stands in a URL as it is.
ephemeral "aws_secretsmanager_random_password" "this" {
  count = var.is_mocked ? 0 : 1

  password_length     = var.length
  exclude_punctuation = true
}
