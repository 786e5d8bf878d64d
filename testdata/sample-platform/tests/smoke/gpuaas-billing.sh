#!/bin/sh
# A launch without credit is refused before a node is taken.
set -eu
status=$(curl --silent --output /dev/null --write-out '%{http_code}' -X POST "$API/v1/billing/prechecks")
test "$status" = 402
