CREATE UNLOGGED TABLE {refused} (
    dataset_id    text NOT NULL,
    source_row_id text NOT NULL,
    srnumber      text,
    reason        text NOT NULL,
    raw           jsonb NOT NULL
)
