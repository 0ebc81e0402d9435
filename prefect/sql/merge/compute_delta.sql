-- Cells that gain or lose requests: one more for each row as it is now, one less for each as it was.
CREATE TEMP TABLE delta ON COMMIT DROP AS
SELECT created_date::date AS created_date,
       extract(hour FROM created_date)::integer AS created_hour,
       closed_date::date AS closed_date,
       date_trunc('month', closed_date)::date AS closed_month,
       greatest(0, closed_date::date - created_date::date) AS days_to_close,
       type_id, council_id, agency_id, source_id,
       sum(one)::integer AS requests
  FROM (SELECT 1 AS one, created_date, closed_date, type_id, council_id, agency_id, source_id FROM after
        UNION ALL
        SELECT -1, created_date, closed_date, type_id, council_id, agency_id, source_id FROM before) AS images
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
HAVING sum(one) <> 0
