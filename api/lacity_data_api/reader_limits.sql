-- What every role may call by default, and a role that only reads must not: large objects, which are stored; advisory
-- locks, which would keep a run out; and ending the sessions of others. Releasing locks stays open: asyncpg does it
-- whenever a connection goes back to its pool. All this holds in this database alone, so the reader may not connect to
-- those that every server has. Only a superuser may take these away; managed servers have none for us. Safe to repeat.
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
