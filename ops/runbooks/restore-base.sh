#!/usr/bin/env bash
# Makes a data folder from a base backup and the WAL archive. Start Postgres on it afterwards.
#   restore-base.sh <backup folder> <archive folder> <data folder to make> [<kind> <target>]
# Kind and target: `time '2026-11-20 17:00:00+00'`, `lsn 0/3000000`, `name <restore point>`;
# without them everything that the archive holds.
# Run as root, it gives the folder to POSTGRES_OWNER (postgres).
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/programs.sh"

backup=${1:?"backup folder"} archive=${2:?"archive folder"} data=${3:?"data folder to make"}
kind=${4:-} target=${5:-}
[[ ! -e $data ]] || { echo "$data is there already: move it away first" >&2; exit 2; }
[[ $kind =~ ^(time|lsn|name)?$ && ${kind:+set} == "${target:+set}" ]] || { echo "no such target: $kind $target" >&2; exit 2; }
[[ $target != *\'* ]] || { echo "no quotes in a target" >&2; exit 2; }

pg_verifybackup --quiet "$backup"
cp -a -- "$backup" "$data"
# The backup of a server that was restored itself still has the target of then.
touch "$data/postgresql.auto.conf"
sed -i -e '/^recovery_target/d' -e '/^restore_command/d' "$data/postgresql.auto.conf"
{
  echo "restore_command = 'cp $archive/%f %p'"
  echo "recovery_target_timeline = 'latest'"
  # Goes on as a new timeline by itself once it is there.
  echo "recovery_target_action = 'promote'"
  [[ -z $kind ]] || echo "recovery_target_$kind = '$target'"
} >>"$data/postgresql.auto.conf"
touch "$data/recovery.signal"
chmod 700 "$data"
if [[ $EUID == 0 ]]; then chown -R "${POSTGRES_OWNER:-postgres:}" "$data"; fi
echo "start Postgres on $data, then wait until pg_is_in_recovery() is false"
