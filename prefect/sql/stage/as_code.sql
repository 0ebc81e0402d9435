-- A published number of a council or district, or null when the text is none.
CREATE OR REPLACE FUNCTION staging.as_code(published text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN published ~ '^\s*\d{1,9}\s*$' THEN published::integer END
