#!/bin/sh
# How long the verdict of a release takes, with 300 gates and a store of 100,000 records: sh benches/release.sh DIR
#
# DIR must be absent. `laneway` is on the PATH. It prints the seconds of `laneway verify --profile`, of `laneway route` and of `git log -1`, ten times
# each in turn.
set -eu
[ "$#" -eq 1 ] || { echo 'usage: sh benches/release.sh DIR' >&2; exit 2; }
mkdir "$1"
mkdir "$1/repository"
cd "$1/repository"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
git init -q -b main .
mkdir lanes ownership-maps src
printf '| Package | Domain | Consumers | Release class |\n|---|---|---|---|\n| `src/**` | shop | - | api |\n| `**` | delivery | - | config |\n' \
    >ownership-maps/package-ownership.md
gates=$(i=1; while [ "$i" -le 300 ]; do echo "g$i"; i=$((i + 1)); done)
{
    echo 'domain_lane: {domain_id: shop}'
    echo 'release_gates:'
    for gate in $gates; do echo "  - {id: $gate, run: 'true'}"; done
    echo 'release_profiles:'
    echo "  - {id: all, use_when: Always, release_classes: all, families: [], route_gates: optional, gates: [$(echo $gates | tr ' ' ',')]}"
    echo 'environments:'
    echo "  - {id: prod, owner: ops, target: prod, rollback: {command: 'true', manifest_or_revision: none, migration_posture: reversible, owner: ops}}"
} >lanes/all.yaml
printf 'domain_lane: {domain_id: delivery}\n' >lanes/delivery.yaml
git add -A && git commit -q -m base
base=$(git rev-parse HEAD)
release="--profile all --environment prod --base $base --store $1/evidence"
# 333 commits, each with the results of all gates, and the last of them is released.
number=1
while [ "$number" -le 334 ]; do
    git commit -q --allow-empty -m "$number"
    laneway record $release --head HEAD --exit-code 0 $gates >/dev/null
    number=$((number + 1))
done
find "$1/evidence/v1/rec" -name '*.json' | wc -l
laneway verify $release --head HEAD --no-seal | head -1
seconds() {
    start=$(date +%s%N)
    "$@" >/dev/null
    echo "$(($(date +%s%N) - start))" | awk '{printf "%.3f ", $1 / 1e9}'
}
for time in 1 2 3 4 5 6 7 8 9 10; do
    seconds laneway verify $release --head HEAD --no-seal
    seconds laneway route --base "$base" --head HEAD
    seconds git log -1
    echo
done
