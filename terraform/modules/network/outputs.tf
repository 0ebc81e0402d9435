output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "cidr_block" {
  description = "Addresses of the VPC."
  value       = aws_vpc.this.cidr_block
}

output "public_subnet_ids" {
  description = "Subnets of the load balancer and the NAT gateways only."
  value       = [for subnet in aws_subnet.public : subnet.id]
}

output "task_subnet_ids" {
  description = "Subnets of the ECS tasks."
  value       = [for subnet in aws_subnet.tasks : subnet.id]
}

output "data_subnet_ids" {
  description = "Subnets of database and cache, without a route out."
  value       = [for subnet in aws_subnet.data : subnet.id]
}

output "nat_addresses" {
  description = "Public addresses from which the tasks call out."
  value       = [for address in aws_eip.nat : address.public_ip]
}
