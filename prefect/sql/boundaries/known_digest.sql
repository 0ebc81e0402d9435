-- The polygons that the last merged run saw; none when they have been removed since.
SELECT details -> 'boundaries' ->> 'digest' AS digest
  FROM load_runs
 WHERE status IN ('merged', 'succeeded') AND details -> 'boundaries' ? 'digest' AND EXISTS (SELECT FROM geometries)
 ORDER BY load_run_id DESC
 LIMIT 1
