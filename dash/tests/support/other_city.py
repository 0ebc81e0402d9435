"""Another city's words and names for the small city, and what would still be Los Angeles'."""

from __future__ import annotations

import re

OTHER_CITY = """
UPDATE city SET city_key = 'nyc', city_name = 'New York', time_zone = 'America/New_York',
    words = '{"area": "Community district", "areas": "Community districts",
              "no_area": "No community district",
              "region": "Borough", "portal": "data.cityofnewyork.us", "population": "last census"}';
UPDATE councils SET council_name = CASE council_id WHEN 0 THEN 'No community district'
                                   ELSE 'Brooklyn ' || council_id END;
UPDATE regions SET region_name = 'Borough ' || region_id;
"""
# "Council's Office" is a source of requests.
TRACES = re.compile(
    r"(?<!city )\bcouncils?\b(?!'s Office)|\bregions?\b|\bneighborhoods?\b"
    r"|los angeles|arleta|lacity|P[SD]T\b|2020 census",
    re.IGNORECASE,
)
