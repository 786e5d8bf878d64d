#!/bin/sh
# Checks that an environment can take a deploy before anything is changed.
set -eu
test -s "deploy/profiles/$1.yaml"
