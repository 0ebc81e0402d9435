-- After a restore, data and changes get numbers that no client can know: the time in seconds and in milliseconds, which
-- they never reach otherwise. Clients that follow the changes start again, because some that they have seen are undone;
-- the files of any day may hold rows that are undone.
UPDATE public.data_generation
   SET generation = greatest(generation + 1, clock.seconds::bigint), changed_at = now(), restored_at = now(),
       last_change = greatest(last_change, (clock.seconds * 1000)::bigint),
       forgotten_change = greatest(last_change, (clock.seconds * 1000)::bigint)
  FROM (SELECT extract(epoch FROM now()) AS seconds) AS clock;
