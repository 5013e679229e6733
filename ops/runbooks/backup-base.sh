#!/usr/bin/env bash
# A base backup of the running Postgres, whole and verified or not there at all.
#   backup-base.sh <database URL of a superuser or a role with REPLICATION> <folder to make>
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/programs.sh"

url=${1:?"database URL"} backup=${2:?"folder to make"}
[[ ! -e $backup ]] || { echo "$backup is there already" >&2; exit 2; }

rm -rf -- "$backup.part"
# The WAL that makes the copy consistent comes with it, so the copy can be restored by itself.
pg_basebackup --dbname="$url" --pgdata="$backup.part" --wal-method=stream --checkpoint=fast \
  --manifest-checksums=SHA256 --no-password
pg_verifybackup --quiet "$backup.part"
sync
mv -- "$backup.part" "$backup"
echo "$backup"
