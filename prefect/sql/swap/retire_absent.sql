INSERT INTO retired_requests
SELECT requests.*, now(), %(reason)s
  FROM requests
 WHERE NOT EXISTS (SELECT FROM staged WHERE staged.srnumber = requests.srnumber)
