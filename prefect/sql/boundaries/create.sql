CREATE TEMP TABLE boundaries (
    nc_id          integer PRIMARY KEY,
    name           text NOT NULL,
    website        text NOT NULL,
    region_id      integer NOT NULL,
    is_approximate boolean NOT NULL,
    geom           geometry(MultiPolygon, 4326) NOT NULL
) ON COMMIT DROP
