-- The newest whole day (the one before the newest request's) and the mean of its weekday in the eight weeks before.
WITH newest AS (SELECT max(created_date) - 1 AS day FROM {rollup_day_type}),
daily AS (
    SELECT created_date AS day, sum(requests) AS requests
      FROM {rollup_day_type}, newest
     WHERE created_date BETWEEN newest.day - 56 AND newest.day
     GROUP BY created_date
)
SELECT newest.day,
       coalesce((SELECT requests FROM daily WHERE daily.day = newest.day), 0) AS requests,
       (SELECT avg(requests) FROM daily
         WHERE daily.day < newest.day AND (newest.day - daily.day) % 7 = 0 HAVING count(*) >= 4) AS usual
  FROM newest
