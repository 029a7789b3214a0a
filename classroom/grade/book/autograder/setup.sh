#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: Python 3.11 or newer, and the course's packages.
set -euo pipefail
AUTOGRADER="${AUTOGRADER:-/autograder}"

python=""
for candidate in python3.14 python3.13 python3.12 python3.11 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
        python="$candidate"
        break
    fi
done
if [ -z "$python" ]; then
    apt-get update
    apt-get install -y python3.11 python3.11-venv
    python=python3.11
fi
"$python" -m venv "$AUTOGRADER/venv"
"$AUTOGRADER/venv/bin/python" -m pip install --no-cache-dir @PIP_ARGS@ \
    --constraint "$AUTOGRADER/source/requirements.lock" --requirement "$AUTOGRADER/source/requirements.txt"
