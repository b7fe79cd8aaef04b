#!/bin/sh
# deb.sh: dist/alpkey_VERSION_ARCH.deb, the same bytes for every build of one commit.
set -eu
cd "$(dirname "$0")/../.."
. packaging/build-facts.sh
root=build/deb
architecture=$(dpkg --print-architecture)

sh packaging/linux/stage.sh deb "$root"
with_home_page packaging/linux/copyright >"$root/usr/share/doc/alpkey/copyright"
chmod 644 "$root/usr/share/doc/alpkey/copyright"
install -d "$root/DEBIAN"
# What du counts for a folder differs between file systems.
size_kib=$(find "$root/usr" -type f -printf '%s\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }')
with_home_page packaging/linux/control.in |
    sed -e "s/@version@/$version/" -e "s/@architecture@/$architecture/" -e "s/@size@/$size_kib/" \
        >"$root/DEBIAN/control"
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
chmod 644 "$root"/DEBIAN/*
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
mkdir -p dist
dpkg-deb --root-owner-group -Zxz -z"${ALPKEY_XZ:-9}" \
    --build "$root" "dist/alpkey_${version}_$architecture.deb"
