#!/bin/sh
# build.sh deb|rpm|run...: freezes the program once and wraps it in each of these, into dist/.
#
#   ALPKEY_XZ    how hard to compress, 0 to 9; less is faster, for trying
set -eu
cd "$(dirname "$0")/.."
. packaging/build-facts.sh

rm -rf dist/alpkey[-_]* dist/SHA256SUMS
sh packaging/freeze.sh
sh packaging/papers.sh
for kind in "$@"; do
    sh "packaging/linux/$kind.sh"
done
mkdir -p dist
cp build/papers/alpkey.cdx.json "dist/alpkey-$version.cdx.json"
cp build/wheel/*.whl dist/
.venv-bundle/bin/python -m hatchling build -t sdist -d dist
(cd dist && sha256sum alpkey[-_]* >SHA256SUMS)
ls -l dist
