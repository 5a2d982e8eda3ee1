#!/bin/sh
# A backup in two parts, so that what a school destroys is gone from its backups too (deploy/data.md):
#   data-TIME.dump  everything but keys; keep as many as you like
#   keys.json       all keys, wrapped by the master key; replaced each time: move it to another system
# Run it after `onlinesafety keys rotate` too: the keys.json of before needs the master key of before.
# Usage: backup.sh DIRECTORY [arguments of onlinesafety, as --data DIR or --connection STRING]
# The database is the one that PGHOST, PGPORT, PGUSER and PGDATABASE name; without PGHOST the embedded one in ${DATA:-./data}, while its service runs.
set -eu

[ $# -ge 1 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
to=$1
shift
umask 077
mkdir -p "$to"
onlinesafety=${ONLINESAFETY:-onlinesafety}
dump=$to/data-$(date -u +%Y%m%dT%H%M%SZ).dump

running=${DATA:-./data}/postgres/cluster/postmaster.pid
if [ -z "${PGHOST:-}" ] && [ -f "$running" ]; then
    # Lines 4 and 5: its port, and the directory of its socket.
    PGPORT=$(sed -n 4p "$running") PGHOST=$(sed -n 5p "$running") PGUSER=postgres
    export PGPORT PGHOST PGUSER
fi

pg_dump --format=custom --exclude-table-data=onlinesafety.data_key --exclude-table-data=onlinesafety.school_key \
    --file="$dump.part" "${PGDATABASE:-onlinesafety}"
mv "$dump.part" "$dump"
"$onlinesafety" keys export --to "$to/keys.json" "$@"
echo "$dump"
