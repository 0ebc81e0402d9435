terraform {
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # The rest is in stages/<stage>.s3.tfbackend and on the command line: see README.md.
  backend "s3" {}
}
