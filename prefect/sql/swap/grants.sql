SELECT rolname AS role, privilege_type AS privilege
  FROM pg_class, aclexplode(relacl) AS granted
  JOIN pg_roles ON pg_roles.oid = granted.grantee
 WHERE pg_class.oid = %(table)s::regclass AND granted.grantee <> relowner
