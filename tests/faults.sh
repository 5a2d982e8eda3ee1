#!/usr/bin/env bash
# The crash acceptance in full: 20 kills of the service, 20 of its database, a mixture, and the control that must lose records. About 12 minutes.
# Prints one row for each run; exits non-zero when a promise was broken.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

report=$(mktemp)
trap 'rm -f "$report"' EXIT
code=0
ONLINESAFETY_FAULTS=full ONLINESAFETY_FAULTS_REPORT=$report tests/run.sh --filter FullyQualifiedName~IntegrationTests.Faults || code=$?

{
  printf 'run\tseed\tkills\tsent\tacknowledged\tresent\tstored\tevents\talerts\tmails\tlost\tdoubled\twrong alerts\twrong mails\tunsent\tended itself\tslowest recovery s\tverify\n'
  cat "$report"
} | column -t -s $'\t'
exit "$code"
