CREATE OR REPLACE TEMP VIEW refused AS SELECT * FROM {refused} WHERE reason <> {elsewhere}
