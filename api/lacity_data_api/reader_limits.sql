-- Revokes functions that every role may call by default but a read-only role must not: large objects, which
-- store data; advisory locks, which could block a run; and terminating other sessions. Unlocking stays
-- allowed, because asyncpg unlocks whenever a connection returns to its pool. This applies to this database
-- only, so the reader may not connect to the databases that every server has. Only a superuser can revoke
-- these privileges; managed servers do not provide one. Safe to repeat.
DO $$
DECLARE
    callable regprocedure;
    other name;
    owner name := (SELECT datdba::regrole::name FROM pg_database WHERE datname = current_database());
BEGIN
    FOR callable IN
        SELECT oid FROM pg_proc
         WHERE pronamespace = 'pg_catalog'::regnamespace
           AND (proname ~ '^(lo_|lowrite$|pg_(try_)?advisory_(xact_)?lock)'
                OR proname IN ('pg_cancel_backend', 'pg_terminate_backend'))
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', callable);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO loader_311, %I', callable, owner);
    END LOOP;
    FOR other IN
        SELECT datname FROM pg_database
         WHERE datname IN ('postgres', 'template1') AND datname <> current_database()
           AND has_database_privilege('reader_311', datname, 'CONNECT')
    LOOP
        EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM PUBLIC', other);
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO loader_311, %I', other, owner);
    END LOOP;
END
$$
