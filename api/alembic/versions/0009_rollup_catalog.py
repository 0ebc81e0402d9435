"""The rollup catalog: which rollups there are and what they count; all statements about them derive from it.

The measures of a cell: `requests` that count, those of them that are `unlocated` (no usable coordinates, so
on no map), and calls for `information`, which count only where they are asked for. A cell whose measures
are all zero is deleted.
"""

from alembic import op

from lacity_data_api.schema_changes import lock_tables

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

LOADER = "loader_311"
FILLFACTOR_PERCENT = 85

# Those that get new columns here; every later one is an entry of the catalog.
ROLLUPS = (
    "rollup_open",
    "rollup_day_type",
    "rollup_day_source",
    "rollup_day_agency",
    "rollup_day_council",
    "rollup_day_type_agency",
    "rollup_hour_type",
    "rollup_hour_source",
    "rollup_day_type_source",
    "rollup_day_type_council",
    "rollup_daily",
)

CATALOG = """
CREATE TABLE rollup_dimensions (
    dimension  text PRIMARY KEY,
    sql_type   text NOT NULL,
    expression text NOT NULL
);
COMMENT ON COLUMN rollup_dimensions.expression IS 'The dimension of a row of service_requests.';
CREATE TABLE rollup_measures (
    measure   text PRIMARY KEY,
    condition text NOT NULL
);
COMMENT ON COLUMN rollup_measures.condition IS 'The rows of service_requests that the measure counts.';
CREATE TABLE rollup_catalog (
    rollup      text PRIMARY KEY,
    place       smallint NOT NULL UNIQUE,
    dimensions  text[] NOT NULL,
    measures    text[] NOT NULL,
    population  text NOT NULL
);
COMMENT ON COLUMN rollup_catalog.place IS 'From few cells to many: the first that fits is the narrowest.';
COMMENT ON COLUMN rollup_catalog.population IS 'The rows of service_requests that it covers.';

INSERT INTO rollup_dimensions VALUES
    ('created_date', 'date', 'created_date::date'),
    ('created_hour', 'integer', 'extract(hour FROM created_date)::integer'),
    ('closed_date', 'date', 'closed_date::date'),
    ('closed_month', 'date', 'date_trunc(''month'', closed_date)::date'),
    ('days_to_close', 'integer', 'days_to_close(created_date, closed_date)'),
    ('type_id', 'integer', 'type_id'),
    ('council_id', 'integer', 'council_id'),
    ('agency_id', 'integer', 'agency_id'),
    ('source_id', 'integer', 'source_id');
INSERT INTO rollup_measures VALUES
    ('requests', 'NOT is_information'),
    ('unlocated', 'NOT is_information AND latitude IS NULL'),
    ('information', 'is_information');
INSERT INTO rollup_catalog (place, rollup, dimensions, measures, population) VALUES
    (1, 'rollup_open', '{type_id, council_id}', '{requests, unlocated}', 'is_open'),
    (2, 'rollup_day_type', '{created_date, type_id}', '{MEASURES}', 'true'),
    (3, 'rollup_day_source', '{created_date, source_id}', '{MEASURES}', 'true'),
    (4, 'rollup_day_agency', '{created_date, agency_id}', '{MEASURES}', 'true'),
    (5, 'rollup_day_council', '{created_date, council_id}', '{MEASURES}', 'true'),
    (6, 'rollup_day_type_agency', '{created_date, type_id, agency_id}', '{MEASURES}', 'true'),
    (7, 'rollup_hour_type', '{created_date, created_hour, type_id}', '{MEASURES}', 'true'),
    (8, 'rollup_hour_source', '{created_date, created_hour, source_id}', '{MEASURES}', 'true'),
    (9, 'rollup_day_type_source', '{created_date, type_id, source_id}', '{MEASURES}', 'true'),
    (10, 'rollup_day_type_council', '{created_date, type_id, council_id}', '{MEASURES}', 'true'),
    (11, 'rollup_daily', '{created_date, type_id, council_id, agency_id, source_id}',
         '{MEASURES}', 'true'),
    (12, 'rollup_close_days', '{type_id, council_id, days_to_close}', '{requests}',
         'closed_date IS NOT NULL'),
    (13, 'rollup_close_month', '{closed_month, type_id, council_id, days_to_close}', '{requests}',
         'closed_date IS NOT NULL'),
    (14, 'rollup_closed_day', '{closed_date, type_id, council_id}', '{requests}', 'closed_date IS NOT NULL');
"""

# A day's cells lie by council, so that those of one council are on few pages.
ROLLUP_ORDER = """
CREATE FUNCTION rollup_order(dimensions text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT array_agg(dimension ORDER BY place <> 1, dimension <> 'council_id', place)
          FROM unnest(dimensions) WITH ORDINALITY AS listed (dimension, place));
COMMENT ON FUNCTION rollup_order IS 'The order of writing cells: by the first dimension, then by council.';
"""

ROLLUP_SELECT = """
CREATE FUNCTION rollup_select(rollup_name text, source text DEFAULT 'service_requests') RETURNS text
LANGUAGE sql STABLE
RETURN (
    SELECT format('SELECT %s, %s FROM %s WHERE %s GROUP BY %s HAVING %s ORDER BY %s',
        (SELECT string_agg(format('%s AS %I', d.expression, d.dimension), ', ' ORDER BY listed.place)
           FROM unnest(c.dimensions) WITH ORDINALITY AS listed (dimension, place)
           JOIN rollup_dimensions AS d USING (dimension)),
        (SELECT string_agg(format('(count(*) FILTER (WHERE %s))::integer AS %I', m.condition, m.measure),
                           ', ' ORDER BY listed.place)
           FROM unnest(c.measures) WITH ORDINALITY AS listed (measure, place)
           JOIN rollup_measures AS m USING (measure)),
        source, c.population,
        (SELECT string_agg(place::text, ', ') FROM generate_subscripts(c.dimensions, 1) AS place),
        (SELECT string_agg(format('count(*) FILTER (WHERE %s) > 0', m.condition), ' OR ')
           FROM unnest(c.measures) AS measure JOIN rollup_measures AS m USING (measure)),
        (SELECT string_agg(array_position(c.dimensions, dimension)::text, ', ' ORDER BY place)
           FROM unnest(rollup_order(c.dimensions)) WITH ORDINALITY AS ordered (dimension, place)))
      FROM rollup_catalog AS c WHERE c.rollup = rollup_name);
COMMENT ON FUNCTION rollup_select IS
    'The SELECT that counts a rollup from scratch: its dimensions and measures, in the order of writing. '
    'source is service_requests or a relation with its columns.';
"""

CREATE_ROLLUP = """
CREATE FUNCTION create_rollup(rollup_name text) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    entry rollup_catalog;
    columns text;
BEGIN
    SELECT * INTO STRICT entry FROM rollup_catalog WHERE rollup = rollup_name;
    SELECT string_agg(definition, ', ' ORDER BY part, place) INTO columns FROM (
        SELECT 1 AS part, place, format('%%I %%s NOT NULL', d.dimension, d.sql_type) AS definition
          FROM unnest(entry.dimensions) WITH ORDINALITY AS listed (dimension, place)
          JOIN rollup_dimensions AS d USING (dimension)
        UNION ALL
        SELECT 2, place, format('%%I integer NOT NULL DEFAULT 0', measure)
          FROM unnest(entry.measures) WITH ORDINALITY AS listed (measure, place)) AS definitions;
    EXECUTE format('CREATE TABLE %%I (%%s, PRIMARY KEY (%%s)) WITH (fillfactor = %(fillfactor)s)',
                   rollup_name, columns, array_to_string(entry.dimensions, ', '));
    EXECUTE format('INSERT INTO %%I (%%s, %%s) %%s', rollup_name, array_to_string(entry.dimensions, ', '),
                   array_to_string(entry.measures, ', '), rollup_select(rollup_name));
    EXECUTE format('ALTER TABLE %%I OWNER TO %(loader)s', rollup_name);
END
$$;
COMMENT ON FUNCTION create_rollup IS 'Makes and fills the table of a catalog entry; for migrations.';
"""

MEASURES = """
DO $$
DECLARE entry record;
BEGIN
    FOR entry IN SELECT rollup, measure FROM rollup_catalog, unnest(measures) AS measure
                 WHERE measure <> 'requests'
    LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN %I integer NOT NULL DEFAULT 0',
                       entry.rollup, entry.measure);
    END LOOP;
END
$$;
"""


def upgrade() -> None:
    lock_tables(*ROLLUPS)
    catalog = CATALOG.replace("MEASURES", "requests, unlocated, information")
    create = CREATE_ROLLUP % {"fillfactor": FILLFACTOR_PERCENT, "loader": LOADER}
    for statement in (catalog, ROLLUP_ORDER, ROLLUP_SELECT, create, MEASURES):
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        r"""
        DO $$
        DECLARE entry record;
        BEGIN
            FOR entry IN SELECT rollup, measure FROM rollup_catalog, unnest(measures) AS measure
                         WHERE measure <> 'requests'
            LOOP
                EXECUTE format('DELETE FROM %I WHERE requests = 0', entry.rollup);
                EXECUTE format('ALTER TABLE %I DROP COLUMN %I', entry.rollup, entry.measure);
            END LOOP;
        END
        $$
        """
    )
    op.execute("DROP FUNCTION create_rollup, rollup_select, rollup_order")
    op.execute("DROP TABLE rollup_catalog, rollup_measures, rollup_dimensions")
