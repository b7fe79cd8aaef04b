#!/bin/sh
# rpm.sh: dist/alpkey-VERSION-1.MACHINE.rpm, from the same tree as the .deb.
set -eu
cd "$(dirname "$0")/../.."
. packaging/build-facts.sh
root=$PWD/build/rpm
machine=$(uname -m)

set --
[ -z "$home_page" ] || set -- --define "alpkey_home_page $home_page"
sh packaging/linux/stage.sh rpm "$root/tree"
mkdir -p dist
rpmbuild -bb --quiet --target "$machine-linux" \
    --define "_topdir $root/work" --define "_rpmdir $PWD/dist" --define "_buildhost alpkey" \
    --define "_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" \
    --define "_binary_payload w${ALPKEY_XZ:-9}.xzdio" \
    --define "alpkey_version $version" --define "alpkey_tree $root/tree" "$@" \
    packaging/linux/alpkey.rpm.spec
