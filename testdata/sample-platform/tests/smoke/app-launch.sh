#!/bin/sh
# An app can be launched, connected to and decommissioned.
set -eu
curl --fail --silent -X POST "$API/v1/apps" > /dev/null
