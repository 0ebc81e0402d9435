INSERT INTO touched
SELECT request_id FROM changes WHERE has_changed AND NOT is_new
UNION ALL
SELECT requests.id FROM changes JOIN staged USING (staged_id) JOIN requests USING (srnumber) WHERE is_new
