UPDATE data_generation SET generation = generation + 1, changed_at = now() RETURNING generation
