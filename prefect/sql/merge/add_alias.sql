INSERT INTO aliases (field, published, meaning) VALUES (%(field)s, %(published)s, %(meaning)s)
