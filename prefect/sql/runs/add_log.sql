INSERT INTO log (status, message) VALUES (%(status)s, %(message)s) RETURNING id
