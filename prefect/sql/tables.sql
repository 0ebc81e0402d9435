-- The tables and views of a run, in the order of its steps, with their contents, writers and readers. The temporary
-- tables of the merge are dropped at the end of its transaction. Column lists come from pipeline/columns.py.

-- name: page
-- One page as received, on the connection of one download: every value is text, and `line` preserves the portal's
-- order. Filled by stage/copy_page; read by stage/page_order and stage/take_page.
CREATE TEMP TABLE page (
    line              bigint GENERATED ALWAYS AS IDENTITY,
    source_row_id     text,
    source_updated_at text,
    {page_definitions}{kept_definitions}
)

-- name: rows
-- The accepted rows of the run, typed; `is_own` is false for rows whose day is assigned to another dataset. Unlogged,
-- because a server crash ends the run anyway. Filled by stage/take_page and swap/keep_others; read as `staged`.
CREATE UNLOGGED TABLE {rows} (
    staged_id         bigint GENERATED ALWAYS AS IDENTITY,
    {raw_definitions},
    dataset_id        text NOT NULL,
    source_row_id     text NOT NULL,
    source_updated_at timestamptz NOT NULL,
    is_own            boolean NOT NULL DEFAULT true
) WITH (autovacuum_enabled = false)

-- name: rejected
-- The unusable rows of the run, as published, with the reason. Also the numbers of rows that are left out because
-- they belong to another dataset or were erased.
-- Unlogged, like the accepted rows. Filled by stage/take_page; read as `rejected`.
CREATE UNLOGGED TABLE {rejected} (
    dataset_id    text NOT NULL,
    source_row_id text NOT NULL,
    srnumber      text,
    reason        text NOT NULL,
    raw           jsonb NOT NULL
)

-- name: staged_view
-- The run's rows under a fixed name, so that the merge statements can be static SQL.
CREATE OR REPLACE TEMP VIEW staged AS SELECT * FROM {rows}

-- name: rejected_view
-- The run's rejected rows under a fixed name, except those that are left out.
CREATE OR REPLACE TEMP VIEW rejected AS SELECT * FROM {rejected} WHERE reason <> ALL({left_out})

-- name: datasets
-- The city's declaration of each dataset: its days, and the meaning of the statuses and outcomes in its schema.
-- `duplicate_outcome` is a regular expression, or null for none. Filled by merge/add_dataset; read by the served view
-- and by statements that combine rows of two datasets.
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
-- Regular expressions for values without an alias; the matching one with the lowest `place` wins. Filled by
-- merge/add_pattern; read by merge/add_meanings.
CREATE TEMP TABLE patterns (
    field text,
    place integer,
    match text NOT NULL,
    code  text NOT NULL,
    PRIMARY KEY (field, place)
) ON COMMIT DROP

-- name: meanings
-- Every published value that the run serves, trimmed, with its code, the name given in the rows, and the id of the
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
-- Staged rows to be written: new rows (without a `request_id`) and rows that differ from the stored ones.
-- `has_changed` is false if only the row's origin (dataset, row id, update time) differs.
-- Filled by merge/find_changes; read by merge/count_changes, update_requests, insert_requests and touch_changed, and
-- by the statements of changes.sql.
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
-- The touched requests as served before the run. Filled by merge/remember_before; read by the statements that update
-- service_requests, the rollups and the history.
CREATE TEMP TABLE before (LIKE service_requests) ON COMMIT DROP

-- name: after
-- The touched requests as they will be served, without the retired ones. Filled by merge/compute_after; read by the
-- same statements as `before`.
CREATE TEMP TABLE after (LIKE service_requests) ON COMMIT DROP

-- name: delta
-- Requests in the columns of the rollup catalog: a column for each dimension, for each population (`population_1` and
-- so on) and for each measure. In an incremental load, the measures are the gains and losses of cells; in a full
-- load, there is one row for each request. Filled by rollups/compare or rollups/flatten; read by the statements of
-- each rollup.
CREATE TEMP TABLE delta ({definitions}) ON COMMIT DROP

-- name: boundaries
-- Published councils with usable polygons.
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
