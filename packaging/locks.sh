#!/bin/sh
# locks.sh: remakes packaging/locks from pyproject.toml, each file with a hash for every package.
# None names an index: where packages come from is decided where they are installed.
set -eu
cd "$(dirname "$0")/.."

lock() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
        --no-header --no-annotate "$@" pyproject.toml
}
lock --output-file packaging/locks/run.txt
for extra in bundle dev; do
    lock --extra "$extra" --constraint packaging/locks/run.txt --output-file "packaging/locks/$extra.txt"
done
