CREATE TEMP TABLE aliases (
    field     text,
    published text,
    meaning   text NOT NULL,
    PRIMARY KEY (field, published)
) ON COMMIT DROP
