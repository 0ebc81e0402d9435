-- Requests whose served row may differ after this run.
CREATE TEMP TABLE touched (request_id bigint PRIMARY KEY) ON COMMIT DROP
