-- After a change of the boundaries: requests that would now be served under another council.
INSERT INTO touched
SELECT placed.request_id
  FROM served AS placed
  JOIN service_requests AS now_served USING (request_id)
 WHERE placed.council_id <> now_served.council_id OR placed.region_id <> now_served.region_id
ON CONFLICT DO NOTHING
