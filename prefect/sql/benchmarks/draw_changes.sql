-- Stored rows whose state changes tonight, and stored rows of which tonight's new ones are copies: the newest. When
-- a row changes after it was created follows the real sample, whose last updates are so many days away (a quarter
-- within 0.8, half within 2, 99 in 100 within 131). A day is as many rows as a night adds. Spread: any age alike.
CREATE TEMP TABLE drawn ON COMMIT DROP AS
WITH bounds AS (SELECT min(id) AS oldest, max(id) AS newest FROM requests),
ages (share, days) AS (
    VALUES (0, 0.0), (0.25, 0.8), (0.5, 2.1), (0.75, 5.1), (0.9, 11.8), (0.95, 32.9), (0.98, 97.0), (0.99, 131.0),
           (1, 180.0)
),
spans AS (
    SELECT share, days, lead(share) OVER (ORDER BY share) AS next_share, lead(days) OVER (ORDER BY share) AS next_days
      FROM ages
),
-- More than are wanted: some are drawn twice.
draws AS MATERIALIZED (SELECT random() AS share FROM generate_series(1, 2 * %(changed)s)),
aged AS (
    SELECT days + (next_days - days) * (draws.share - spans.share) / (next_share - spans.share) AS days, draws.share
      FROM draws JOIN spans ON draws.share >= spans.share AND draws.share < next_share
),
chosen AS (
    SELECT newest - floor(CASE WHEN %(is_spread)s THEN (newest - oldest) * share
                               ELSE least(newest - oldest, days * %(added)s) END)::bigint AS id
      FROM aged, bounds
)
SELECT id, true AS is_change FROM (SELECT id FROM chosen GROUP BY id ORDER BY random() LIMIT %(changed)s) AS chosen_once
UNION ALL
SELECT id, false FROM (SELECT id FROM requests ORDER BY id DESC LIMIT %(added)s) AS newest_rows
