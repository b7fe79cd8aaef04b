#!/bin/sh
# freeze.sh: the program as a folder that needs no Python, in build/frozen/alpkey (macOS: also
# build/frozen/Alpkey.app).  Wants .venv-bundle, which tools/setup.sh makes.
set -eu
cd "$(dirname "$0")/.."
. packaging/build-facts.sh
tools=.venv-bundle/bin

rm -rf build/wheel build/frozen
# The wheel is what everybody installs, so it is what goes into the bundle.
"$tools/python" -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build/wheel .
"$tools/python" -m pip install --quiet --no-deps --force-reinstall build/wheel/*.whl
"$tools/python" -m pip check >/dev/null || {
    "$tools/python" -m pip check || true
    echo "The locks lack what Alpkey needs: make locks" >&2
    exit 1
}
"$tools/pyinstaller" --noconfirm --log-level WARN \
    --workpath build/pyinstaller --distpath build/frozen packaging/alpkey.spec

if [ "$(uname)" = Linux ]; then
    # Only libraries: the program carries its modules behind its last section, and strip cuts there.
    find build/frozen/alpkey -type f -name '*.so*' -exec strip --strip-unneeded {} +
    find build/frozen -xtype l -delete # to what was trimmed
fi
