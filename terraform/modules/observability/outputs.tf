output "topic_arn" {
  description = "Topic of all alarms."
  value       = aws_sns_topic.alarms.arn
}

output "drill" {
  description = "What the alarm drill of deploy/ rings and looks at."
  value = {
    topic_arn    = aws_sns_topic.alarms.arn
    alarm        = aws_cloudwatch_metric_alarm.this["data-stale"].alarm_name
    rule         = aws_cloudwatch_event_rule.run_failed.name
    subscription = aws_db_event_subscription.this.name
  }
}
