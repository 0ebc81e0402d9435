-- The run's rows under a fixed name, so that the statements of the merge are plain text.
CREATE OR REPLACE TEMP VIEW staged AS SELECT * FROM {rows}
