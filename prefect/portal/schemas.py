"""The city's two published column layouts: ``legacy`` (2015 to 2025) and ``cases`` (since March 2025)."""

from __future__ import annotations

from dataclasses import dataclass

TEXT = "text"
NUMBER = "number"
FLOATING = "floating_timestamp"
FIXED = "fixed_timestamp"
CHECKBOX = "boolean"
LOCATION = "location"
ROW_ID = "row_identifier"

UNQUOTED_TYPES = frozenset({CHECKBOX, LOCATION})
"""Types whose stored text is already JSON; every other value is sent as a JSON string."""


@dataclass(frozen=True)
class Column:
    """A published column. ``derived`` is the SQL that computes it if it is not stored."""

    name: str
    type: str = TEXT
    derived: str | None = None

    @property
    def sql(self) -> str:
        return self.derived if self.derived is not None else f'"{self.name}"'


@dataclass(frozen=True)
class Schema:
    """A dataset's layout: the columns in published order, and which of them have a special role."""

    name: str
    columns: tuple[Column, ...]
    key: str
    created: str
    updated: str

    @property
    def stored_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.derived is None)


SYSTEM_COLUMNS = (Column(":id", ROW_ID), Column(":created_at", FIXED), Column(":updated_at", FIXED))

HUMAN_ADDRESS = r"{\"address\": \"\", \"city\": \"\", \"state\": \"\", \"zip\": \"\"}"


def _location(latitude: str, longitude: str) -> Column:
    text = (
        f'\'{{"latitude":\'||json_quote("{latitude}")||\',"longitude":\'||json_quote("{longitude}")'
        f'||\',"human_address":"{HUMAN_ADDRESS}"}}\''
    )
    present = f'"{latitude}" IS NOT NULL AND "{longitude}" IS NOT NULL'
    return Column("location", LOCATION, f"CASE WHEN {present} THEN {text} END")


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _never_filled(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, TEXT, "NULL") for name in names)


LEGACY = Schema(
    "legacy",
    (
        Column("srnumber"),
        Column("createddate", FLOATING),
        Column("updateddate", FLOATING),
        *_texts("actiontaken", "owner", "requesttype", "status", "requestsource"),
        *_texts("createdbyuserorganization", "mobileos", "anonymous", "assignto"),
        Column("servicedate", FLOATING),
        Column("closeddate", FLOATING),
        Column("addressverified", TEXT, """CASE WHEN "latitude" IS NOT NULL THEN 'Y' END"""),
        Column("approximateaddress", TEXT, "NULL"),
        *_texts("address", "housenumber", "direction", "streetname", "suffix", "zipcode"),
        Column("latitude", NUMBER),
        Column("longitude", NUMBER),
        _location("latitude", "longitude"),
        *_never_filled("tbmpage", "tbmcolumn", "tbmrow"),
        *_texts("apc", "cd", "cdmember", "nc", "ncname", "policeprecinct"),
    ),
    key="srnumber",
    created="createddate",
    updated="updateddate",
)

CASES = Schema(
    "cases",
    (
        Column("casenumber"),
        Column("createddate", FLOATING),
        Column("systemmodstamp", FLOATING),
        Column("closeddate", FLOATING),
        Column("service_date__c", FLOATING),
        Column("date_service_was_rendered", FLOATING),
        *_texts("type", "status", "origin", "department_name__c", "assigned_to__c"),
        *_texts("created_by_user_organization", "action_taken__c", "reason_code__c", "resolution_code__c"),
        Column("reported_anonymously__c", CHECKBOX),
        *_texts("locator_gis_returned_address", "locator_sr_house_number_", "locator_direction_suffix"),
        *_texts("locator_sr_street_name__c", "locator_service_request_suffix", "zipcode__c"),
        Column("geolocation__latitude__s", NUMBER),
        Column("geolocation__longitude__s", NUMBER),
        _location("geolocation__latitude__s", "geolocation__longitude__s"),
        *_texts("locator_sr_neigborhood_council", "locator_sr_neigborhood_council_1"),
        *_texts("locator_council_district", "locator_sr_council_district"),
        *_texts("locator_sr_area_planning", "locator_sr_community_police"),
        *_never_filled("locator_sr_tb_map_grid_page", "locator_sr_tb_column__c", "locator_sr_tb_row__c"),
    ),
    key="casenumber",
    created="createddate",
    updated="systemmodstamp",
)

SCHEMAS = {schema.name: schema for schema in (LEGACY, CASES)}
