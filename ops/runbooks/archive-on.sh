#!/usr/bin/env bash
# Makes Postgres archive its WAL into a folder. Restart Postgres afterwards.
#   archive-on.sh <database URL of a superuser> <archive folder, absolute, writable by Postgres>
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/programs.sh"

url=${1:?"database URL"} archive=${2:?"archive folder"}
[[ $archive == /* && $archive != *[\'\ %]* ]] || { echo "no absolute path without blanks: $archive" >&2; exit 2; }

# A segment appears whole or not at all, is on disk before Postgres forgets it, and never replaces
# another. One that is there already with the same bytes is fine: Postgres asks again after a crash.
command="test -f $archive/%f && cmp -s %p $archive/%f || { test ! -f $archive/%f && cp %p $archive/%f.part && sync $archive/%f.part && mv $archive/%f.part $archive/%f && sync $archive; }"

psql "$url" --quiet --no-psqlrc -v ON_ERROR_STOP=1 -v command="$command" <<'SQL'
alter system set wal_level = 'replica';
alter system set archive_mode = 'on';
alter system set archive_command = :'command';
-- At most a minute of acknowledged commands is not in the archive yet.
alter system set archive_timeout = '60s';
SQL
echo "restart Postgres, then: select * from pg_stat_archiver"
