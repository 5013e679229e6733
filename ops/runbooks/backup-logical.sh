#!/usr/bin/env bash
# A logical backup: the logs and what belongs to them. Read models follow from the logs and are left
# out. Whole or not there at all.
#   backup-logical.sh <database URL of the owner> <file to make>
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/programs.sh"

url=${1:?"database URL"} file=${2:?"file to make"}
[[ ! -e $file ]] || { echo "$file is there already" >&2; exit 2; }

# Row-level security binds the owner as well, where it is no superuser. It sees the secrets' rows as a member of
# flowgrid_vault_keeper; a table of which it doesn't would be dumped without them.
hidden=$(psql "$url" --no-psqlrc --quiet --tuples-only --no-align -v ON_ERROR_STOP=1 <<'SQL'
select string_agg(c.oid::regclass::text, ' ')
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.rolname = current_user
 where c.relforcerowsecurity and n.nspname not like 'rm\_%' and not (r.rolsuper or r.rolbypassrls)
   and not exists (select from pg_policy p where p.polrelid = c.oid and p.polcmd = '*' and p.polpermissive
     and pg_get_expr(p.polqual, p.polrelid) = 'true'
     and exists (select from unnest(p.polroles) as one where one = 0 or pg_has_role(one, 'usage')));
SQL
)
[[ -z $hidden ]] || { echo "row-level security hides rows of $hidden from this user" >&2; exit 2; }

# One snapshot for all tables. It takes no lock that a command waits for.
pg_dump --dbname="$url" --format=custom --no-password --file="$file.part" --enable-row-security \
  --exclude-schema='rm_*' --exclude-table-data='public.projection_*'
pg_restore --list "$file.part" >/dev/null
sync "$file.part"
mv -- "$file.part" "$file"
echo "$file"
