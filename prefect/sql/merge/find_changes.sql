-- What differs from the stored rows. An older row never wins, unless the portal no longer has the stored one
-- (only a reconciliation, which has read everything, can know that).
CREATE TEMP TABLE changes ON COMMIT DROP AS
SELECT staged.staged_id,
       staged.dataset_id,
       stored.id AS request_id,
       stored.id IS NULL AS is_new,
       (staged.requesttype, staged.status, staged.actiontaken, staged.createddate, staged.updateddate,
        staged.servicedate, staged.closeddate, staged.requestsource, staged.anonymous, staged.mobileos,
        staged.owner, staged.nc, staged.ncname, staged.policeprecinct, staged.apc, staged.assignto, staged.cd,
        staged.cdmember, staged.address, staged.zipcode, staged.latitude, staged.longitude)
       IS DISTINCT FROM
       (stored.requesttype, stored.status, stored.actiontaken, stored.createddate, stored.updateddate,
        stored.servicedate, stored.closeddate, stored.requestsource, stored.anonymous, stored.mobileos,
        stored.owner, stored.nc, stored.ncname, stored.policeprecinct, stored.apc, stored.assignto, stored.cd,
        stored.cdmember, stored.address, stored.zipcode, stored.latitude, stored.longitude) AS has_changed
  FROM staged
  LEFT JOIN requests AS stored USING (srnumber)
  LEFT JOIN (SELECT dataset_id, source_row_id FROM staged WHERE dataset_id = ANY(%(complete)s)
             UNION
             SELECT dataset_id, source_row_id FROM refused WHERE dataset_id = ANY(%(complete)s)) AS published
       ON published.dataset_id = stored.dataset_id AND published.source_row_id = stored.source_row_id
 WHERE stored.id IS NULL
    OR (staged.source_updated_at, staged.source_row_id COLLATE "C")
       >= (stored.source_updated_at, stored.source_row_id COLLATE "C")
    OR stored.dataset_id = ANY(%(complete)s) AND published.dataset_id IS NULL
