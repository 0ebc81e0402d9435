-- New ids go on after every id that was ever given.
SELECT setval(pg_get_serial_sequence('requests_new', 'id'), nextval(pg_get_serial_sequence('requests', 'id')), false)
