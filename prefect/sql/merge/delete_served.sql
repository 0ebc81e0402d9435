DELETE FROM service_requests
 USING before
 WHERE service_requests.request_id = before.request_id
   AND NOT EXISTS (SELECT FROM after WHERE after.request_id = before.request_id)
