#!/usr/bin/env bash
# Installs what is missing from Debian: deploy/install.sh postgresql [package...]
# `postgresql` means: server programs of version 15 or newer, without a cluster of Debian's own.
set -euo pipefail

oldest=15

say() { printf '%s\n' "$*" >&2; }

has_postgres() {
  local bin
  for bin in /usr/lib/postgresql/*/bin; do
    local version=${bin#/usr/lib/postgresql/}
    version=${version%/bin}
    [[ $version =~ ^[0-9]+$ ]] && ((version >= oldest)) && [[ -x $bin/postgres && -x $bin/initdb ]] && return 0
  done
  command -v initdb >/dev/null && command -v postgres >/dev/null
}

has() {
  case $1 in
    postgresql) has_postgres ;;
    rsyslog) [[ -x /usr/sbin/rsyslogd ]] ;;
    exim4-daemon-light) [[ -x /usr/sbin/exim4 ]] ;;
    bsdutils) command -v logger >/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# postgresql-15 where Debian has it, else the newest there is.
postgres_package() {
  local names
  names=$(apt-cache pkgnames postgresql- 2>/dev/null | sed -n 's/^postgresql-\([0-9]\+\)$/\1/p' | sort -n | awk -v oldest=$oldest '$1 >= oldest')
  if [[ -z $names ]] || grep -qx "$oldest" <<<"$names"; then
    echo "postgresql-$oldest"
  else
    echo "postgresql-$(tail -n 1 <<<"$names")"
  fi
}

missing=()
for package in "$@"; do
  has "$package" || missing+=("$package")
done
((${#missing[@]})) || exit 0

as_root=()
may=yes
if ((EUID != 0)); then
  as_root=(sudo -n)
  sudo -n true 2>/dev/null || may=no
fi
command -v apt-get >/dev/null || may=no

if [[ $may == no ]]; then
  say "Missing: ${missing[*]}. Install with:"
  say "  sudo apt-get update && sudo apt-get install --no-install-recommends ${missing[*]/#postgresql/$(postgres_package)}"
  exit 1
fi

say "Installing from Debian: ${missing[*]} (a minute or two) ..."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "$@" >>"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    say "Failed: $*"
    exit 1
  }
}

run apt-get update -q
# The service runs a private cluster; Debian's would only take memory and a port. Clusters that exist are left alone.
# A drop-in, so that the package's own configuration file stays as it is packaged.
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
  drop_in=/etc/postgresql-common/createcluster.d/onlinesafety.conf
  run sh -c "mkdir -p ${drop_in%/*} && echo 'create_main_cluster = false' >$drop_in"
fi
run apt-get install -q -y --no-install-recommends "${missing[@]/#postgresql/$(postgres_package)}"
say "Installed."
