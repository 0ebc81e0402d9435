INSERT INTO touched SELECT request_id FROM retired
