-- Rows of this run whose place in service_requests does not follow from requests.
SELECT count(*) AS rows
  FROM staged
  JOIN {requests} AS requests USING (srnumber)
  LEFT JOIN {service_requests} AS served ON served.request_id = requests.id
 WHERE (served.request_id IS NOT NULL)
       IS DISTINCT FROM coalesce(requests.latitude BETWEEN 33.6 AND 34.5
                                 AND requests.longitude BETWEEN -118.8 AND -118.0, false)
