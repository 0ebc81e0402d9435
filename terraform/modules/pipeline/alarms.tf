locals {
  alarms = {
    run-not-started = {
      description = "The scheduler gave up starting a run; the queue ${aws_sqs_queue.not_started.name} holds the reason"
      metrics = { waiting = {
        namespace  = "AWS/SQS", name = "ApproximateNumberOfMessagesVisible", stat = "Maximum"
        dimensions = { QueueName = aws_sqs_queue.not_started.name }
      } }
      threshold = 1
    }
  }
}
