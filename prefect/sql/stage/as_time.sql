-- A published time, or null when the text is none: days are checked against their month, leap years too.
CREATE OR REPLACE FUNCTION staging.as_time(published text) RETURNS timestamp
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN published ~ '^[1-9]\d{3}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$'
        THEN published::timestamp
    WHEN published ~ '^([1-9]\d([02468][48]|[13579][26]|[2468]0)|([2468][048]|[13579][26])00)-02-29[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$'
        THEN published::timestamp
END
