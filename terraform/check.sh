#!/usr/bin/env bash
# make deploy-check: tools/deployment/ has the checks; names of some of them may follow.
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 -m tools.deployment "$@"
