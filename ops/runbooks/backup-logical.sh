#!/usr/bin/env bash
# A logical backup: the logs and what belongs to them. Read models follow from the logs and are left
# out. Whole or not there at all.
#   backup-logical.sh <database URL of the owner> <file to make>
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/programs.sh"

url=${1:?"database URL"} file=${2:?"file to make"}
[[ ! -e $file ]] || { echo "$file is there already" >&2; exit 2; }

# One snapshot for all tables. It takes no lock that a command waits for.
pg_dump --dbname="$url" --format=custom --no-password --file="$file.part" \
  --exclude-schema='rm_*' --exclude-table-data='public.projection_*'
pg_restore --list "$file.part" >/dev/null
sync "$file.part"
mv -- "$file.part" "$file"
echo "$file"
