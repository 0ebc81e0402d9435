-- A column that the portal has lost keeps its stored values.
UPDATE {rows} AS staged SET {column} = requests.{column}
  FROM requests
 WHERE requests.srnumber = staged.srnumber AND staged.dataset_id = %(dataset_id)s
