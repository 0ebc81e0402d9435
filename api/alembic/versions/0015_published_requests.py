"""Requests in the columns of the city's legacy dataset, for the nightly files and the exports.

A function, not a view: a full reload replaces the tables, which a view would keep from being dropped. The
planner inlines it, so that conditions on its columns reach the indexes.
"""

from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None

# The public map of Los Angeles (hackforla/311-data) knows twelve types and eleven owners. Its popup fails on
# any other type, so a type that neither the map nor its group knows is the map's own "Other".
MAP_NAMES = """
CREATE TABLE map_names (
    city_key   text NOT NULL,
    field      text NOT NULL CHECK (field IN ('requesttype', 'owner')),
    data_code  text NOT NULL,
    map_name   text NOT NULL,
    is_default boolean NOT NULL DEFAULT false,
    PRIMARY KEY (city_key, field, data_code)
);
CREATE UNIQUE INDEX map_names_default_idx ON map_names (city_key, field) WHERE is_default;
COMMENT ON TABLE map_names IS
    'How a city''s public map spells types and owners; without rows the city''s own codes are published.';
INSERT INTO map_names (city_key, field, data_code, map_name, is_default)
SELECT 'la', 'requesttype', name, name, name = 'Other'
  FROM unnest(ARRAY['Graffiti Removal', 'Homeless Encampment', 'Dead Animal Removal', 'Bulky Items',
                    'Electronic Waste', 'Illegal Dumping Pickup', 'Metal/Household Appliances',
                    'Single Streetlight Issue', 'Multiple Streetlight Issue', 'Report Water Waste', 'Other',
                    'Feedback']) AS name;
INSERT INTO map_names (city_key, field, data_code, map_name)
VALUES ('la', 'owner', 'BOE', 'ENG'), ('la', 'owner', 'BOS', 'LASAN');
"""

MAP_TYPES = """
CREATE FUNCTION map_types() RETURNS TABLE (type_id integer, map_name text)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    WITH known AS (
        SELECT type_id, group_id, map_names.map_name
          FROM request_types
          JOIN map_names ON field = 'requesttype' AND map_names.data_code = request_types.data_code
           AND city_key = (SELECT city_key FROM city)
    )
    SELECT type_id,
           coalesce((SELECT known.map_name FROM known WHERE known.type_id = request_types.type_id),
                    (SELECT known.map_name FROM known
                      WHERE known.group_id = request_types.group_id AND known.group_id <> 0
                      ORDER BY known.type_id LIMIT 1),
                    (SELECT map_names.map_name FROM map_names
                      WHERE is_default AND field = 'requesttype'
                        AND city_key = (SELECT city_key FROM city)),
                    data_code)
      FROM request_types
$$;
COMMENT ON FUNCTION map_types IS
    'Each type under the name that the public map knows: its own, else that of the first type of its group, '
    'else the default; a city without map names has its own codes.';
"""

# The second list says what the legacy files never had.
PUBLISHED_REQUESTS = """
CREATE FUNCTION published_requests() RETURNS TABLE (
    "SRNumber" text, "CreatedDate" timestamp, "UpdatedDate" timestamp, "ActionTaken" text, "Owner" text,
    "RequestType" text, "Status" text, "RequestSource" text, "MobileOS" text, "Anonymous" text,
    "AssignTo" text, "ServiceDate" timestamp, "ClosedDate" timestamp, "AddressVerified" text,
    "ApproximateAddress" text, "Address" text, "HouseNumber" text, "Direction" text, "StreetName" text,
    "Suffix" text, "ZipCode" text, "Latitude" double precision, "Longitude" double precision, "Location" text,
    "TBMPage" text, "TBMColumn" text, "TBMRow" text, "APC" text, "CD" bigint, "CDMember" text, "NC" bigint,
    "NCName" text, "PolicePrecinct" text,
    "RequestTypePublished" text, "OwnerPublished" text, "RequestSourcePublished" text, "Outcome" text,
    "Reason" text, "IsOpen" boolean, "IsInformation" boolean, "IsDuplicate" boolean, "RequestId" bigint,
    "TypeId" bigint, "AgencyId" bigint, "SourceId" bigint, "CouncilId" bigint, "DatasetId" text
)
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT served.srnumber, served.created_date, raw.updateddate, raw.actiontaken,
           coalesce(owners.map_name, nullif(agencies.data_code, '')),
           map_types.map_name, raw.status, nullif(sources.data_code, ''), raw.mobileos, raw.anonymous,
           raw.assignto, raw.servicedate, served.closed_date, NULL::text,
           NULL::text, raw.address, NULL::text, NULL::text, NULL::text,
           NULL::text, raw.zipcode, served.latitude, served.longitude, NULL::text,
           NULL::text, NULL::text, NULL::text, raw.apc, raw.cd::bigint, raw.cdmember, raw.nc::bigint,
           raw.ncname, raw.policeprecinct,
           raw.requesttype, raw.owner, raw.requestsource, raw.outcome,
           raw.reason, served.is_open, served.is_information, served.is_duplicate, served.request_id,
           served.type_id::bigint, served.agency_id::bigint, served.source_id::bigint,
           served.council_id::bigint, raw.dataset_id
      FROM service_requests AS served
      JOIN requests AS raw ON raw.id = served.request_id
      LEFT JOIN map_types() AS map_types ON map_types.type_id = served.type_id
      LEFT JOIN agencies ON agencies.agency_id = served.agency_id
      LEFT JOIN map_names AS owners
             ON owners.field = 'owner' AND owners.data_code = agencies.data_code
            AND owners.city_key = (SELECT city_key FROM city)
      LEFT JOIN sources ON sources.source_id = served.source_id
$$;
COMMENT ON FUNCTION published_requests IS
    'Every request in the columns of the legacy dataset, with type and owner as the public map spells them, '
    'then the published spelling and what the served row adds. docs/files.md describes the columns.';
"""


def upgrade() -> None:
    op.execute(MAP_NAMES)
    op.execute(MAP_TYPES)
    op.execute(PUBLISHED_REQUESTS)


def downgrade() -> None:
    op.execute("DROP FUNCTION published_requests, map_types")
    op.execute("DROP TABLE map_names")
