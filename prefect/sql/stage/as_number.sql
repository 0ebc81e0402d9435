-- A published coordinate, or null when the text is no finite number of a plausible size.
CREATE OR REPLACE FUNCTION staging.as_number(published text) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN published ~ '^\s*[-+]?\d{1,3}(\.\d{1,20})?\s*$' THEN published::double precision END
