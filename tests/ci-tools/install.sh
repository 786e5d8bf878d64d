#!/usr/bin/env bash
# Installs the tools of the CIs' own makers that the tests run, pinned, into a folder:
#
#   tests/ci-tools/install.sh DIR      then: LANEWAY_CI_TOOLS=DIR cargo test
#
# Programs are in DIR/node_modules/.bin and DIR/venv/bin. Installing again changes nothing. A tool that cannot be had is
# an error, and then DIR is not to be used: tests without LANEWAY_CI_TOOLS say that they did not run.
set -euo pipefail

if [ $# -ne 1 ] || [ -z "$1" ]; then
    echo "usage: ${0##*/} DIR" >&2
    exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# What only a system's own package manager has. Elsewhere they are installed by hand.
missing=()
command -v node >/dev/null 2>&1 || missing+=(nodejs)
command -v npm >/dev/null 2>&1 || missing+=(npm)
command -v rsync >/dev/null 2>&1 || missing+=(rsync)
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo "not here, and to be installed by hand: ${missing[*]}" >&2
        exit 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# The mark is written last, so that half an installation is never taken for a whole one.
mark=$(cd "$here" && cksum install.sh package.json package-lock.json requirements.txt; node --version; python3 --version)
if [ -f "$folder/installed" ] && [ "$(cat "$folder/installed")" = "$mark" ]; then
    exit 0
fi
rm -f "$folder/installed"

cp "$here/package.json" "$here/package-lock.json" "$folder/"
npm ci --prefix "$folder" --no-audit --no-fund --ignore-scripts --loglevel=error
# GitHub's description for each release of its enterprise server: three quarters of all, and nobody asks them.
rm -f "$folder"/node_modules/@octokit/openapi/generated/ghe*.json

python3 -m venv --clear "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$here/requirements.txt"

printf '%s\n' "$mark" >"$folder/installed"
