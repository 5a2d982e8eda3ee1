#!/usr/bin/env bash
# Every test: tests/run.sh [--unit] [--filter EXPRESSION] [--one-by-one]. The last line is "N passed, N failed[, N skipped]".
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

usage() {
  cat <<'USAGE'
Usage: tests/run.sh [--unit] [--filter EXPRESSION] [--one-by-one]

  --unit        only the tests without I/O
  --filter      a filter of `dotnet test`, for example FullyQualifiedName~Syslog
  --one-by-one  no test beside another

Exits non-zero when a test fails or none ran. Up to five failed tests of a project are run once more, each alone; one
that passes then has passed and is named as unsteady. With CI=true a skipped test is a failure, unless
tests/allowed-skips.txt names it. The integration tests run on a private PostgreSQL, or on the server that
ONLINESAFETY_TEST_POSTGRES names. The private one lies in memory where 6 GiB are free, or in the folder that
ONLINESAFETY_TEST_POSTGRES_FOLDER names.
USAGE
}

unit=no
filter=()
settings=()
while (($#)); do
  case $1 in
    --unit) unit=yes ;;
    --filter)
      [[ $# -ge 2 ]] || { usage >&2; exit 2; }
      filter=(--filter "$2")
      shift
      ;;
    --one-by-one) settings=(-- xUnit.MaxParallelThreads=1) ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

# Processes that work in one of these folders, or were started with the name of one.
users_of() {
  local process pid words folder
  for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    [[ $pid != "$$" && $pid != "$BASHPID" ]] || continue
    # A process may end between two looks.
    words=$({ tr '\0' ' ' <"$process/cmdline"; } 2>/dev/null) || true
    for folder; do
      if [[ $(readlink "$process/cwd") == "$folder"/* || $words == *"$folder/"* ]]; then
        echo "$pid"
        break
      fi
    done
  done
}

# Ends what runs in these folders, and deletes them.
clear_away() {
  local signal pid mounted folder
  for signal in QUIT KILL; do
    for pid in $(users_of "$@"); do
      kill "-$signal" "$pid" 2>/dev/null || true
    done
    [[ -z $(users_of "$@") ]] || sleep 1
  done
  # Disks of tests that were killed.
  while read -r _ mounted _; do
    for folder; do
      [[ $mounted != "$folder"/* ]] || umount -l "$mounted" || true
    done
  done </proc/mounts
  rm -rf "$@"
}

# One temporary directory for all that the tests make: what a crashed test leaves running is found by it.
scratch=$(mktemp -d /tmp/os-tests.XXXXXX)
folders=("$scratch")
trap 'clear_away "${folders[@]}"' EXIT
trap 'exit 130' INT TERM
# The account that runs PostgreSQL passes through it.
chmod 711 "$scratch"
export TMPDIR=$scratch

# The server that most tests share makes and drops a thousand databases: in memory, where there is enough of it and nobody named another folder. What is
# about disks has servers of its own.
enough=$((6 * 1024 * 1024))
if [[ $unit == no && -z ${ONLINESAFETY_TEST_POSTGRES_FOLDER:-} && -w /dev/shm && $(df --output=avail /dev/shm | tail -1) -ge $enough \
  && $(sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo) -ge $enough ]]; then
  # Memory that a killed run still holds.
  for folder in /dev/shm/os-tests.*.*; do
    owner=${folder#/dev/shm/os-tests.}
    [[ ! -d $folder || -e /proc/${owner%%.*} ]] || clear_away "$folder"
  done
  if memory=$(mktemp -d "/dev/shm/os-tests.$$.XXXXXX"); then
    folders+=("$memory")
    chmod 711 "$memory"
    export ONLINESAFETY_TEST_POSTGRES_FOLDER=$memory
  fi
fi

projects=(tests/OnlineSafety.Monitoring.Tests)
if [[ $unit == no ]]; then
  deploy/install.sh postgresql rsyslog bsdutils curl chromium
  # A mail server of other people's make, unless the host has one, which the package would replace. Without it its tests are skipped.
  if ((EUID == 0)) && [[ ! -e /usr/sbin/sendmail ]]; then
    deploy/install.sh exim4-daemon-light || true
  fi
  while IFS= read -r project; do
    projects+=("${project%/*}")
  done < <(grep -l '<IsTestProject>true' tests/*/*.csproj | grep -v "^${projects[0]}/" | sort)
fi

# No build servers: nothing stays behind when this script ends.
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
echo "Building ..."
dotnet restore --locked-mode -v q
if [[ $unit == yes ]]; then
  dotnet build "${projects[0]}" -c Release --no-restore -v q -clp:NoSummary -p:UseSharedCompilation=false
else
  dotnet build -c Release --no-restore -v q -clp:NoSummary -p:UseSharedCompilation=false
fi

results=$root/artifacts/test-results
rm -rf "$results"

# The counters of a result file as "passed failed skipped". Skipped ones are in no counter but the total.
count() {
  sed -n 's/.*<Counters total="\([0-9]*\)" executed="\([0-9]*\)" passed="\([0-9]*\)".*/\1 \2 \3/p' "$1" |
    { read -r total executed ok; echo "$ok $((executed - ok)) $((total - executed))"; }
}

# The names of the tests that ended like this, as the result file writes them.
names() { grep -o "<UnitTestResult [^>]*outcome=\"$2\"" "$1" | sed 's/.*testName="\([^"]*\)".*/\1/' || true; }

run_tests() {
  local project=$1 log=$2
  shift 2
  timeout --signal=INT --kill-after=30 "${ONLINESAFETY_TEST_LIMIT:-45m}" \
    dotnet test "$project" -c Release --no-build "$@" --results-directory "$results" \
    --logger "trx;LogFileName=$log.trx" --logger "console;verbosity=minimal" "${settings[@]}"
}

# A run that broke did not come by all its tests: what it says of some of them is not worth a second look.
broke() { (($2 >= 124)) || grep -qiE 'test run (was )?aborted|test host process crashed' "$1"; }

# Runs the failed tests of a project once more, each alone. Sets "recovered"; adds their names to "unsteady".
try_again() {
  local project=$1 name=$2 test method turn=0
  recovered=0
  while IFS= read -r test; do
    turn=$((turn + 1))
    # The cases of a theory have the name of their method, and their values in brackets behind it.
    method=${test%%(*}
    echo "== $name once more: $test"
    run_tests "$project" "$name.again-$turn" --filter "FullyQualifiedName=$method" </dev/null || true
    if [[ -f $results/$name.again-$turn.trx ]] && grep -qxF -- "$test" < <(names "$results/$name.again-$turn.trx" Passed) \
      && ! grep -qxF -- "$test" < <(names "$results/$name.again-$turn.trx" Failed); then
      recovered=$((recovered + 1))
      unsteady+=("$test")
      echo "Unsteady (passed alone): $test"
    fi
  done < <(names "$results/$name.trx" Failed)
}

most_again=${ONLINESAFETY_TEST_AGAIN:-5}
unsteady=()
passed=0 failed=0 skipped=0
for project in "${projects[@]}"; do
  name=$(basename "$project")
  echo "== $name"
  code=0
  run_tests "$project" "$name" "${filter[@]}" || code=$?
  ok=0 bad=0 not_run=0
  if [[ -f $results/$name.trx ]]; then
    read -r ok bad not_run < <(count "$results/$name.trx")
    if ((bad > 0 && bad <= most_again)) && ! broke "$results/$name.trx" "$code"; then
      try_again "$project" "$name"
      ok=$((ok + recovered)) bad=$((bad - recovered))
      # The code was that of the tests which have passed since.
      ((bad > 0)) || code=0
    fi
    if [[ ${CI:-} == true ]] && ((not_run > 0)); then
      while IFS= read -r test; do
        if ! grep -qxF -- "$test" tests/allowed-skips.txt 2>/dev/null; then
          echo "Skipped, and not in tests/allowed-skips.txt: $test"
          bad=$((bad + 1)) not_run=$((not_run - 1))
        fi
      done < <(names "$results/$name.trx" NotExecuted)
    fi
  fi
  # A run that broke before or beside its tests.
  if ((code != 0 && bad == 0)); then
    echo "$name ended with code $code"
    bad=1
  fi
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + not_run))
done

summary="$passed passed, $failed failed"
((skipped == 0)) || summary+=", $skipped skipped"
for test in "${unsteady[@]}"; do
  echo "Unsteady (passed alone): $test"
done
echo "$summary"
((failed == 0 && passed > 0))
