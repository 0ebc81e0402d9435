-- Run by psql as the superuser in template1, so that every new database has the extension.
-- The roles have the privileges they need. Runs at every start, so that it completes an interrupted one.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS postgis;
SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['owner_311', 'loader_311', 'reader_311']) AS name
 WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE owner_311 LOGIN CREATEROLE CREATEDB PASSWORD :'owner_311';
ALTER ROLE loader_311 LOGIN PASSWORD :'loader_311';
ALTER ROLE reader_311 LOGIN PASSWORD :'reader_311';
ALTER ROLE reader_311 SET statement_timeout = '15s';
GRANT loader_311 TO owner_311;
