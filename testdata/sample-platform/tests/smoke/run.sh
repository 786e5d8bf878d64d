#!/bin/sh
# Runs the smoke of one consumer contract against a local platform.
set -eu
exec "./tests/smoke/$1.sh"
