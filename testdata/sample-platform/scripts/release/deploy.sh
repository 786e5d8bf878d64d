#!/bin/sh
# Deploys what the manifest pins. It builds nothing.
set -eu
echo "deploying $LANEWAY_MANIFEST_DIGEST to $LANEWAY_ENVIRONMENT"
