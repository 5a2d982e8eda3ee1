#!/usr/bin/env bash
# One command from a fresh clone to a running service. See --help.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/artifacts/onlinesafety

usage() {
  cat <<'USAGE'
Usage: deploy/run.sh [--demo] [--build-only] [option...]

Installs PostgreSQL from Debian if it is missing and may be installed, builds the service if its
sources changed, and runs it with a private database in ./data (of this repository).

  --demo         create a school with one source per product, play the sample exports through the
                 real doors, print the alerts, and go on serving (with --exit: stop)
  --build-only   stop after building artifacts/onlinesafety/onlinesafety
  -h, --help     this text

Every other option goes to `onlinesafety serve` (or `demo`), for example:
  deploy/run.sh --data /srv/onlinesafety --http 0.0.0.0:8080 --syslog 0.0.0.0:5514
All options of the service: artifacts/onlinesafety/onlinesafety serve --help
USAGE
}

say() { printf '%s\n' "$*" >&2; }

command=serve
build_only=no
has_data=no
arguments=()
for argument in "$@"; do
  case $argument in
    --demo) command=demo ;;
    --build-only) build_only=yes ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      # A server of one's own needs no data directory for a cluster, but the service keeps its keys and outbox there.
      [[ $argument == --data || $argument == --data=* ]] && has_data=yes
      arguments+=("$argument")
      ;;
  esac
done
[[ $has_data == yes ]] || arguments=(--data "$root/data" "${arguments[@]}")

if ! command -v dotnet >/dev/null; then
  say "The .NET SDK $(sed -n 's/.*"version": "\([^"]*\)".*/\1/p' "$root/global.json") is not in PATH. See https://dotnet.microsoft.com/download"
  exit 1
fi

[[ $build_only == yes ]] || "$root/deploy/install.sh" postgresql

# Every file that the build reads: a changed, added or deleted one changes the sum.
sources() {
  cd "$root"
  {
    dotnet --version
    find . \( -path ./.git -o -path ./artifacts -o -path ./data -o -name bin -o -name obj \) -prune -o -type f \
      \( -path './src/*' -o -path './schemas/*' -o -path './Directory.*' -o -path ./global.json \
      -o -path ./BannedSymbols.txt -o -path ./.editorconfig \) -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  } | sha256sum
}

build() {
  local project=$root/src/OnlineSafety.Monitoring.App new=$root/artifacts/onlinesafety.new sum
  sum=$(sources)
  if [[ -x $out/onlinesafety && -f $out/.sources && $(<"$out/.sources") == "$sum" ]]; then
    return
  fi

  say "Building (a minute or two the first time) ..."
  # No build servers: nothing stays behind when this script ends.
  export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
  rm -rf "$new"
  (
    cd "$root"
    dotnet restore "$project" --locked-mode -v q
    dotnet publish "$project" -c Release --no-restore --self-contained false -o "$new" \
      -v q -clp:NoSummary -p:UseSharedCompilation=false
  ) >&2
  printf '%s\n' "$sum" >"$new/.sources"
  rm -rf "$out"
  mv "$new" "$out"
  say "Built $out/onlinesafety"
}

build
[[ $build_only == no ]] || exit 0

# The executable looks for the runtime in the usual places only; this one may be elsewhere.
DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")}
export DOTNET_ROOT
exec "$out/onlinesafety" "$command" "${arguments[@]}"
