variable "name" {
  description = "Prefix of every name, for example la311-dev."
  type        = string
}

variable "region" {
  description = "AWS region."
  type        = string
}

variable "account_id" {
  description = "Account that holds GitHub's OIDC provider."
  type        = string
}

variable "repository" {
  description = "GitHub repository whose workflow may deploy: owner/name, or owner@id/name@id as newer ones call themselves."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$", var.repository))
    error_message = "repository must be owner/name or owner@id/name@id, without wildcard."
  }
}

variable "environment" {
  description = "GitHub environment whose jobs may deploy; its rules (approval, branches) guard the stage."
  type        = string
}

variable "cluster_arn" {
  description = "Cluster of the stage."
  type        = string
}

variable "cluster_name" {
  description = "Name of that cluster."
  type        = string
}

variable "service_arns" {
  description = "Services to roll."
  type        = list(string)
}

variable "task_families" {
  description = "Families that get new revisions."
  type        = list(string)
}

variable "runnable_families" {
  description = "Families that the workflow may start: migrate and pipeline."
  type        = list(string)
}

variable "task_role_arns" {
  description = "Roles of those tasks."
  type        = list(string)
}

variable "image_parameter_arns" {
  description = "Parameters that hold the deployed digests."
  type        = list(string)
}

variable "log_groups" {
  description = "Log groups of the tasks that the workflow starts, to show why one failed."
  type        = list(string)
}
