locals {
  balancer = { LoadBalancer = aws_lb.this.arn_suffix }
  elb_5xx  = { namespace = "AWS/ApplicationELB", name = "HTTPCode_ELB_5XX_Count", dimensions = local.balancer, stat = "Sum" }

  alarms = {
    edge-5xx = {
      description = "The load balancer itself answers more than a tenth of the requests with 5xx: no ready task, or timeouts"
      metrics = {
        bad   = local.elb_5xx
        total = { namespace = "AWS/ApplicationELB", name = "RequestCount", dimensions = local.balancer, stat = "Sum" }
      }
      expression = "100 * bad / (FILL(total, 0) + bad)", threshold = 10, periods = 3
    }
  }
}
