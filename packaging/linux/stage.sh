#!/bin/sh
# stage.sh KIND ROOT: everything that a package installs, laid out below ROOT.
set -eu
cd "$(dirname "$0")/../.."
. packaging/build-facts.sh
kind=$1 root=$2
share=$root/usr/share

rm -rf "$root"
install -d "$root/usr/lib" "$root/usr/bin" "$share/doc/alpkey"
cp -a build/frozen/alpkey "$root/usr/lib/alpkey"
echo "$kind $commit" >"$root/usr/lib/alpkey/_internal/alpkey/resources/build"
ln -s ../lib/alpkey/alpkey "$root/usr/bin/alpkey"

put() { install -D -m 644 "$1" "$2"; }
put "build/papers/$app_id.desktop" "$share/applications/$app_id.desktop"
put "resources/icons/$app_id.svg" "$share/icons/hicolor/scalable/apps/$app_id.svg"
put "build/papers/$app_id.metainfo.xml" "$share/metainfo/$app_id.metainfo.xml"
put build/papers/alpkey.bash "$share/bash-completion/completions/alpkey"
put build/papers/alpkey.fish "$share/fish/vendor_completions.d/alpkey.fish"
case $kind in
    deb) put build/papers/alpkey.zsh "$share/zsh/vendor-completions/_alpkey" ;;
    *) put build/papers/alpkey.zsh "$share/zsh/site-functions/_alpkey" ;;
esac
install -d "$share/man/man1"
gzip -9nc build/papers/alpkey.1 >"$share/man/man1/alpkey.1.gz"
cp -a build/papers/licences "$share/doc/alpkey/licences"
gzip -9nc CHANGELOG.md >"$share/doc/alpkey/changelog.gz"

# The same modes and times whoever builds, whatever their umask.
find "$root" -type d -exec chmod 755 {} +
find "$root" -type f -exec chmod 644 {} +
chmod 755 "$root/usr/lib/alpkey/alpkey"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
