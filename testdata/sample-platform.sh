#!/bin/sh
# Makes a git repository of the sample platform, so that each class of change can be seen routed:
#
#     sh testdata/sample-platform.sh DIR
#
# DIR, which must be empty or absent, gets the tree of testdata/sample-platform with the reference maps and lanes,
# committed on main, and one branch for each class of change, each one commit ahead of main:
#
#     change/contract  change/schema    change/platform-service  change/product  change/frontend
#     change/delivery  change/docs      change/unmapped          change/moved
#
# The commits are the same on every machine: identity and dates are fixed, and no configuration but this script's counts.
# It needs git 2.32 or newer, and no network.
set -eu

fail() {
    printf 'sample-platform.sh: %s\n' "$1" >&2
    exit 2
}

[ "$#" -eq 1 ] && [ -n "$1" ] || fail 'usage: sh testdata/sample-platform.sh DIR'
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p -- "$1"
[ -z "$(ls -A -- "$1")" ] || fail "$1 is not empty"

unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_COMMON_DIR GIT_NAMESPACE GIT_CONFIG_COUNT
unset GIT_CONFIG_PARAMETERS GIT_DEFAULT_HASH
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME='Sample Author' GIT_AUTHOR_EMAIL='author@platform.example'
export GIT_COMMITTER_NAME='Sample Author' GIT_COMMITTER_EMAIL='author@platform.example'
export GIT_AUTHOR_DATE='2026-01-05T09:00:00+00:00' GIT_COMMITTER_DATE='2026-01-05T09:00:00+00:00'

cp -R -- "$here/sample-platform/." "$1"
cp -R -- "$here/../ownership-maps" "$here/../lanes" "$1"
cd -- "$1"

git init -q --template= -b main .
# A checkout that lost its executable bits gives the same commits.
git config core.fileMode false
git config core.autocrlf false

# Commits the whole tree. `-f`: what a user's own ignore file lists is part of the sample all the same.
commit() {
    git add -A -f .
    git commit -q -m "$1"
}

# Begins a branch at main.
branch() {
    git checkout -q -b "$1" main
}

# Replaces a line of a file, and insists that it was there.
replace() {
    sed "s#$2#$3#" "$1" >"$1.new"
    if cmp -s "$1" "$1.new"; then
        fail "$1 has no line like $2"
    fi
    cat "$1.new" >"$1"
    rm "$1.new"
}

commit 'Start the platform'

branch change/contract
cat >>packages/platform/billing/gen/server.gen.go <<'END'

// Due is when an invoice is to be paid.
type Due struct {
	Date string `json:"date"`
}
END
cat >>doc/api/openapi/billing.yaml <<'END'
components:
  schemas:
    Invoice:
      properties:
        due: {$ref: "#/components/schemas/Due"}
    Due:
      properties:
        date: {type: string, format: date}
END
commit 'Say when an invoice is due'

branch change/schema
cat >db/migrations/billing/0002_invoices.sql <<'END'
CREATE TABLE billing.invoices (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    due_on date NOT NULL
);
END
commit 'Keep invoices'

branch change/platform-service
replace packages/platform/billing/ledger/ledger.go 'Cents: r.Minutes \* 2' 'Cents: r.Minutes * 3'
commit 'Raise the price of a minute'

branch change/product
replace packages/products/gpuaas/allocation.go 'return "started"' 'return "running"'
commit 'Call a started allocation running'

branch change/frontend
replace packages/web/src/pages/billing/Invoices.tsx '>invoices<' '>your invoices<'
commit 'Address the reader'

branch change/delivery
replace deploy/profiles/web-fast.yaml 'environment: production' 'environment: staging'
commit 'Try web-fast in staging'

branch change/docs
printf '\nEvery service has one owner.\n' >>doc/architecture/Overview_v1.md
commit 'Say who owns a service'

branch change/unmapped
mkdir -p packages/shared/telemetry
cat >packages/shared/telemetry/trace.go <<'END'
// Package telemetry follows a request through the platform.
package telemetry

// Trace is the id of a request.
type Trace string
END
commit 'Follow requests'

branch change/moved
replace ownership-maps/package-ownership.md '^| `packages/platform/statusops/\*\*` | platform-evidence |' \
    '| `packages/platform/statusops/**` | platform-delivery |'
commit 'Hand the status service to delivery'

git checkout -q main
