CREATE TEMP TABLE before ON COMMIT DROP AS
SELECT service_requests.* FROM service_requests JOIN touched USING (request_id)
