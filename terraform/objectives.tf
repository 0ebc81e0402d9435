# The API's service-level objectives, measured at the edge; behind CloudFront, which reports no times, latency is that of the requests
# that reach the service. docs/runbook.md explains them.

locals {
  objectives = merge(
    { for metrics in module.api.metrics[*] : "api-availability" => {
      description = "99.5 % of the API's requests are answered without a server error"
      target      = 99.5
      metrics = merge(metrics.errors, {
        edge = { namespace = "AWS/ApplicationELB", name = "HTTPCode_ELB_5XX_Count", dimensions = { LoadBalancer = local.load_balancer.arn_suffix }, stat = "Sum" }
      })

      # Requests that reached no task are counted by the load balancer alone.
      expression = "100 * (FILL(bad, 0) + FILL(edge, 0)) / (FILL(total, 0) + FILL(edge, 0))"
    } },
    { for metrics in module.api.metrics[*] : "api-latency" => {
      description = "95 % of the API's requests are answered within a second"
      target      = 95
      metrics     = { quick = merge(metrics.seconds, { stat = "PR(:1)" }) }
      expression  = "100 - quick"
    } },
    { for cdn in module.cdn : "api-availability" => {
      description = "99.5 % of the API's requests are answered without a server error"
      target      = 99.5
      metrics     = { share = cdn.error_rates.api }
      expression  = null
    } },
    { for _ in module.cdn : "api-latency" => {
      description = "95 % of the API's requests are answered within a second"
      target      = 95
      metrics     = { quick = merge(module.api.logged_seconds, { stat = "PR(:1)" }) }
      expression  = "100 - quick"
    } },
  )
}
