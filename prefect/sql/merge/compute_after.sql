CREATE TEMP TABLE after ON COMMIT DROP AS
SELECT served.* FROM served JOIN touched USING (request_id)
