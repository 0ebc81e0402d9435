-- Forgets what a broken attempt at this dataset left.
DELETE FROM {table} WHERE dataset_id = %(dataset_id)s
