"""The name of each type is computed once per query, whatever the planner assumes about the tables of names.

They have no statistics right after a first load. The planner may then choose to read them again for each of a
million requests, and an export that takes a minute takes a day.
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

MAP_TYPES = """
CREATE OR REPLACE FUNCTION map_types() RETURNS TABLE (type_id integer, map_name text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    WITH known AS (
        SELECT type_id, group_id, map_names.map_name
          FROM request_types
          JOIN map_names ON field = 'requesttype' AND map_names.data_code = request_types.data_code
           AND city_key = (SELECT city_key FROM city)
    ){before}
    SELECT type_id,
           coalesce((SELECT known.map_name FROM known WHERE known.type_id = request_types.type_id),
                    (SELECT known.map_name FROM known
                      WHERE known.group_id = request_types.group_id AND known.group_id <> 0
                      ORDER BY known.type_id LIMIT 1),
                    (SELECT map_names.map_name FROM map_names
                      WHERE is_default AND field = 'requesttype'
                        AND city_key = (SELECT city_key FROM city)),
                    data_code){alias}
      FROM request_types{after}
$$
"""


def upgrade() -> None:
    once = {"before": ", named AS MATERIALIZED (", "alias": " AS map_name", "after": ") SELECT * FROM named"}
    op.execute(MAP_TYPES.format(**once))


def downgrade() -> None:
    op.execute(MAP_TYPES.format(before="", alias="", after=""))
