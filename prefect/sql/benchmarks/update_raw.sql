UPDATE requests SET status = 'Closed', closeddate = createddate + interval '3 days'
  FROM drawn WHERE is_change AND requests.id = drawn.id
