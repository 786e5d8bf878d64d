#!/bin/sh
# Asks a deployed environment whether it is well.
set -eu
curl --fail --silent "https://$1/v1/status"
