"""Columns that only some cities publish, last in ``published_requests()``; the city's row names its own.

The function has them all, and ``published_columns()`` lists those of the city that is served: a city that
declares none of them has the files and exports that it had before.
"""

from alembic import op

from lacity_data_api.schema_changes import lock_tables

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COLUMNS = """
ALTER TABLE city ADD COLUMN columns text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN city.columns IS
    'Columns of requests that this city publishes and not every city does, such as detail or kept.';
"""

CITY_TYPES = """,
    "Area" text, "Detail" text, "DueDate" timestamp, "Parent" text, "OwnerName" text, "Kept" text"""
CITY_VALUES = """,
           raw.area, raw.detail, raw.duedate, raw.parent, raw.ownername, raw.kept::text"""

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
    "TypeId" bigint, "AgencyId" bigint, "SourceId" bigint, "CouncilId" bigint, "DatasetId" text{types}
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
           served.council_id::bigint, raw.dataset_id{values}
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

PUBLISHED_COLUMNS = """
CREATE FUNCTION published_columns() RETURNS TABLE (column_name text, kind text)
LANGUAGE sql STABLE
AS $$
    SELECT name, type_id::regtype::text
      FROM pg_proc, unnest(proargnames, proallargtypes) WITH ORDINALITY AS listed (name, type_id, place)
     WHERE pg_proc.oid = 'published_requests'::regproc
       AND (lower(name) <> ALL ('{area,detail,duedate,parent,ownername,kept}')
            OR lower(name) IN (SELECT unnest(columns) FROM city))
     ORDER BY place
$$;
COMMENT ON FUNCTION published_columns IS
    'The columns of published_requests() that the served city has, in their order, with their types.';
"""


def upgrade() -> None:
    lock_tables("city")
    op.execute(COLUMNS)
    op.execute("DROP FUNCTION published_requests")
    op.execute(PUBLISHED_REQUESTS.format(types=CITY_TYPES, values=CITY_VALUES))
    op.execute(PUBLISHED_COLUMNS)


def downgrade() -> None:
    lock_tables("city")
    op.execute("DROP FUNCTION published_columns, published_requests")
    op.execute(PUBLISHED_REQUESTS.format(types="", values=""))
    op.execute("ALTER TABLE city DROP COLUMN columns")
