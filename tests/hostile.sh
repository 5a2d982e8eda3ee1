#!/usr/bin/env bash
# Seeded mutations of every syslog vector and vendor sample through framing, mapping and assessment: tests/hostile.sh [--seed N] [--cases N]
# A million by default, a few minutes. Prints the seeds; a case that fails names its own, to be run again with --seed N --cases 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seed=$((RANDOM * 32768 + RANDOM)) cases=1000000
while (($#)); do
  case $1 in
    --seed) seed=$2; shift ;;
    --cases) cases=$2; shift ;;
    *) sed -n 2,3p "$0" >&2; exit 2 ;;
  esac
  shift
done

export DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 ONLINESAFETY_HOSTILE_SEED=$seed ONLINESAFETY_HOSTILE_CASES=$cases
project=tests/OnlineSafety.Monitoring.Tests
dotnet build "$project" -c Release -v q -clp:NoSummary -p:UseSharedCompilation=false
echo "seeds $seed to $((seed + cases - 1))"
timeout --signal=INT --kill-after=30 60m \
  dotnet test "$project" -c Release --no-build --filter FullyQualifiedName~MutationTests --logger "console;verbosity=detailed" |
  grep -vE '^(  at |   at |A total|Test run for|\[xUnit)'
