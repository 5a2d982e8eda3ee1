#!/usr/bin/env bash
# The fault acceptance in full: kills of the service and of its database, crash points, disks that are full or lose their power, refused and cut commits,
# each with a control that must lose. Some 40 minutes on two cores; the disks need root and a kernel that mounts files.
# Prints one row for each run; exits non-zero when a promise was broken or a control found nothing, at once: nothing is run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

report=$(mktemp)
trap 'rm -f "$report"' EXIT
code=0
ONLINESAFETY_FAULTS=full ONLINESAFETY_TEST_AGAIN=0 ONLINESAFETY_FAULTS_REPORT=$report ONLINESAFETY_TEST_LIMIT=60m \
  tests/run.sh --one-by-one --filter FullyQualifiedName~IntegrationTests.Faults || code=$?

echo "Lines, but for faults (kills, restarts, cuts ...) and seconds. \"syslog\" (TCP, TLS) promises nothing: what it lost was in a socket."
{
  printf '%s\t' run seed faults sent acknowledged resent syslog stored events alerted mailed lost doubled 'wrong alerts' 'wrong mails' unsent 'syslog lost' \
    'ended itself' 'slowest recovery s' 'worst age s'
  echo verify
  cat "$report"
} | column -t -s $'\t'
exit "$code"
