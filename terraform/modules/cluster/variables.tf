variable "name" {
  description = "Name of the cluster, for example la311-dev."
  type        = string
}
