#!/bin/sh
# run.sh: dist/alpkey-VERSION-MACHINE.run, which installs into ~/.local and needs no root.
set -eu
cd "$(dirname "$0")/../.."
. packaging/build-facts.sh
root=build/run
target=dist/alpkey-$version-$(uname -m).run

sh packaging/linux/stage.sh run build/run-tree
rm -rf "$root"
install -d "$root" dist
mv build/run-tree/usr "$root/tree"
rm -r "$root/tree/bin"
install -m 755 packaging/linux/install.sh "$root/install.sh"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
makeself --quiet --nox11 --nomd5 --sha256 --xz --complevel "${ALPKEY_XZ:-9}" --threads 1 \
    --packaging-date "$(date -u -d "@$SOURCE_DATE_EPOCH")" \
    --tar-extra "--sort=name --owner=0 --group=0 --numeric-owner --mtime=@$SOURCE_DATE_EPOCH" \
    "$root" "$target" "Alpkey $version" ./install.sh >/dev/null
