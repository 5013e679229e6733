#!/usr/bin/env bash
# Restores a logical backup into an empty database, all of it or nothing.
#   restore-logical.sh <file> <database URL of the owner of an empty database>
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/programs.sh"

file=${1:?"file"} url=${2:?"database URL"}

# Roles belong to the server and are in no dump of a database.
psql "$url" --quiet --no-psqlrc -v ON_ERROR_STOP=1 <<'SQL'
do $$
declare wanted text;
begin
  if to_regclass('public.logs') is not null then
    raise exception 'the database is not empty';
  end if;
  foreach wanted in array array['flowgrid_forecasts', 'flowgrid_limits', 'flowgrid_log', 'flowgrid_mail', 'flowgrid_project', 'flowgrid_query', 'flowgrid_rules', 'flowgrid_vault', 'flowgrid_vault_keeper'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I nologin', wanted);
    end if;
    if not pg_has_role(current_user, wanted, 'member') then
      execute format('grant %I to current_user', wanted);
    end if;
  end loop;
end $$;
SQL
pg_restore --dbname="$url" --no-owner --exit-on-error --single-transaction --no-password "$file"

# Without its owner, a function of the keeper's would do what the user who restores may, and no more.
psql "$url" --quiet --no-psqlrc -v ON_ERROR_STOP=1 <<'SQL'
grant create on schema vault to flowgrid_vault_keeper;
do $$
declare one record;
begin
  for one in select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
              where n.nspname = 'vault' and p.prosecdef loop
    execute format('alter function %s owner to flowgrid_vault_keeper', one.name);
  end loop;
end $$;
revoke create on schema vault from flowgrid_vault_keeper;
SQL
echo "now: flowgrid migrate, flowgrid log heal"
