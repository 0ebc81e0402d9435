-- The tables and views of one run, in the order of its steps: what is in them, who fills them and who reads them.
-- Temporary ones end with the merge's transaction. The lists of columns come from pipeline/columns.py.

-- name: page
-- One page as it came, on the connection of one download: every value is text, `line` keeps the portal's order.
-- Filled by stage/copy_page; read by stage/page_order and stage/take_page.
CREATE TEMP TABLE page (
    line              bigint GENERATED ALWAYS AS IDENTITY,
    source_row_id     text,
    source_updated_at text,
    {page_definitions}{kept_definitions}
)

-- name: rows
-- The rows of the run that passed, typed; `is_own` is false for those of a day that another dataset takes.
-- Unlogged: a crash of the server ends the run anyway. Filled by stage/take_page and swap/keep_others; read as `staged`.
CREATE UNLOGGED TABLE {rows} (
    staged_id         bigint GENERATED ALWAYS AS IDENTITY,
    {raw_definitions},
    dataset_id        text NOT NULL,
    source_row_id     text NOT NULL,
    source_updated_at timestamptz NOT NULL,
    is_own            boolean NOT NULL DEFAULT true
) WITH (autovacuum_enabled = false)

-- name: rejected
-- The rows of the run that cannot be used, as published, with the reason; also the numbers of those that are left out,
-- to another dataset or because they were erased.
-- Unlogged, like the rows that passed. Filled by stage/take_page; read as `rejected`.
CREATE UNLOGGED TABLE {rejected} (
    dataset_id    text NOT NULL,
    source_row_id text NOT NULL,
    srnumber      text,
    reason        text NOT NULL,
    raw           jsonb NOT NULL
)

-- name: staged_view
-- The run's rows under a fixed name, so that the statements of the merge are plain text.
CREATE OR REPLACE TEMP VIEW staged AS SELECT * FROM {rows}

-- name: rejected_view
-- The run's rejected rows under a fixed name, without those that are left out.
CREATE OR REPLACE TEMP VIEW rejected AS SELECT * FROM {rejected} WHERE reason <> ALL({left_out})

-- name: datasets
-- What the city declares of each dataset: its days, and which statuses and outcomes of its schema mean what.
-- `duplicate_outcome` is one regular expression, null for none. Filled by merge/add_dataset; read by the served
-- view and wherever rows of two datasets meet.
CREATE TEMP TABLE datasets (
    dataset_id         text PRIMARY KEY,
    days               datemultirange NOT NULL,
    ended_statuses     text[] NOT NULL,
    open_statuses      text[] NOT NULL,
    duplicate_statuses text[] NOT NULL,
    duplicate_outcome  text
) ON COMMIT DROP

-- name: aliases
-- Published values that are served under another code. Filled by merge/add_alias; read by merge/add_meanings.
CREATE TEMP TABLE aliases (
    field     text,
    published text,
    code      text NOT NULL,
    PRIMARY KEY (field, published)
) ON COMMIT DROP

-- name: patterns
-- Regular expressions for values without an alias; the lowest `place` that matches wins.
-- Filled by merge/add_pattern; read by merge/add_meanings.
CREATE TEMP TABLE patterns (
    field text,
    place integer,
    match text NOT NULL,
    code  text NOT NULL,
    PRIMARY KEY (field, place)
) ON COMMIT DROP

-- name: meanings
-- Every published value that the run serves, trimmed, with its code, the name that rows give it, and the id of that
-- code in its reference table.
-- Filled by merge/add_meanings and merge/set_meaning_ids; read by the served view and the checks.
CREATE TEMP TABLE meanings (
    field     text,
    published text,
    code      text NOT NULL,
    name      text,
    id        integer,
    PRIMARY KEY (field, published)
) ON COMMIT DROP

-- name: staged_changes
-- Staged rows that are to be written: new ones (no `request_id`) and those that differ from the stored row.
-- `has_changed` is false where only the row's origin (dataset, row id, update time) differs.
-- Filled by merge/find_changes; read by merge/count_changes, update_requests, insert_requests and
-- touch_changed, and by the statements of changes.sql.
CREATE TEMP TABLE staged_changes (
    staged_id   bigint NOT NULL,
    dataset_id  text NOT NULL,
    request_id  bigint,
    is_new      boolean NOT NULL,
    has_changed boolean NOT NULL
) ON COMMIT DROP

-- name: touched
-- Requests whose served row may differ after this run.
-- Filled by the merge/touch_ statements; read by merge/remember_before and merge/compute_after.
CREATE TEMP TABLE touched (request_id bigint PRIMARY KEY) ON COMMIT DROP

-- name: retired
-- Requests that the portal no longer publishes. Filled by merge/find_retired; read by touch_retired and retire.
CREATE TEMP TABLE retired (request_id bigint PRIMARY KEY) ON COMMIT DROP

-- name: before
-- The touched requests as they were served. Filled by merge/remember_before; read by the statements that bring
-- service_requests, the rollups and the history up to date.
CREATE TEMP TABLE before (LIKE service_requests) ON COMMIT DROP

-- name: after
-- The touched requests as they are to be served; a retired one is missing. Filled by merge/compute_after; read like
-- `before`.
CREATE TEMP TABLE after (LIKE service_requests) ON COMMIT DROP

-- name: delta
-- Rows of service_requests in the terms of the rollup catalog: a column for each dimension, for each population
-- (`population_1` and so on) and for each measure. After a difference the measures say how much cells gain or lose;
-- in a full load there is one row for each request. Filled by rollups/compare or rollups/flatten; read by the
-- statements of each rollup.
CREATE TEMP TABLE delta ({definitions}) ON COMMIT DROP

-- name: boundaries
-- Published councils whose polygons can be used.
-- Filled by boundaries/add; read by the other statements of boundaries.sql.
CREATE TEMP TABLE boundaries (
    nc_id          text PRIMARY KEY,
    name           text NOT NULL,
    shown_name     text NOT NULL,
    website        text NOT NULL,
    region_id      integer NOT NULL,
    region_name    text NOT NULL,
    is_approximate boolean NOT NULL,
    geom           geometry(MultiPolygon, 4326) NOT NULL
) ON COMMIT DROP
