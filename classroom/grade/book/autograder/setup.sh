#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: Python 3.11 or newer, and the packages that grading needs.
# Where the image has no such Python, uv brings one. The last line says how long it took.
set -euo pipefail
AUTOGRADER="${AUTOGRADER:-/autograder}"
SECONDS=0

python=""
for candidate in python@PYTHON@ python3.14 python3.13 python3.12 python3.11 python3; do
    if "$candidate" -c 'import sys, venv, ensurepip
sys.exit(sys.version_info < (3, 11) or sys.version_info.releaselevel != "final")' 2> /dev/null; then
        python="$candidate"
        break
    fi
done
if [ -n "$python" ]; then
    "$python" -m venv "$AUTOGRADER/venv"
else
    if ! command -v uv > /dev/null; then
        if ! python3 -m pip --version > /dev/null 2>&1; then
            apt-get update
            apt-get install -y python3-pip
        fi
        python3 -m pip install --no-cache-dir --target "$AUTOGRADER/uv" uv
        PATH="$AUTOGRADER/uv/bin:$PATH"
    fi
    export UV_PYTHON_INSTALL_DIR="$AUTOGRADER/python"      # beside the rest, where every user may read it
    uv venv --seed --python @PYTHON@ "$AUTOGRADER/venv"
fi
"$AUTOGRADER/venv/bin/python" -m pip install --no-cache-dir @PIP_ARGS@ \
    --constraint "$AUTOGRADER/source/requirements.lock" --requirement "$AUTOGRADER/source/requirements.txt"
"$AUTOGRADER/venv/bin/python" -m compileall -q "$AUTOGRADER/source/course" "$AUTOGRADER/source/classroom"
echo "The autograder is ready: $("$AUTOGRADER/venv/bin/python" --version), built in $SECONDS seconds."
