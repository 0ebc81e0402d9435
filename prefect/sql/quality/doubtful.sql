-- Over the rows of this run only, so that the cost grows with what changed.
SELECT count(*) FILTER (WHERE closeddate < createddate) AS closed_before_created,
       count(*) FILTER (WHERE latitude IS NULL OR longitude IS NULL) AS without_coordinates,
       count(*) FILTER (WHERE NOT (latitude BETWEEN 33.6 AND 34.5 AND longitude BETWEEN -118.8 AND -118.0))
           AS outside_the_city
  FROM staged
