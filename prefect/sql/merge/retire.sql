WITH gone AS (
    DELETE FROM requests USING retired WHERE requests.id = retired.request_id RETURNING requests.*
)
INSERT INTO retired_requests SELECT gone.*, now(), %(reason)s FROM gone
