-- The served rows in the terms of the rollups, counted once for all of them.
CREATE TEMP TABLE delta ON COMMIT DROP AS
SELECT created_date::date AS created_date,
       extract(hour FROM created_date)::integer AS created_hour,
       closed_date::date AS closed_date,
       date_trunc('month', closed_date)::date AS closed_month,
       greatest(0, closed_date::date - created_date::date) AS days_to_close,
       type_id, council_id, agency_id, source_id, 1 AS requests
  FROM service_requests_new
