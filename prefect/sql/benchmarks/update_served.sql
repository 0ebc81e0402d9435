UPDATE service_requests SET status = 'Closed', closed_date = created_date + interval '3 days'
  FROM drawn WHERE is_change AND request_id = drawn.id
