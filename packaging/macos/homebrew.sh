#!/bin/sh
# homebrew.sh FOLDER: alpkey.rb, and where the .dmg is there alpkey-cask.rb, for what lies in FOLDER.
# Without a page of the project's own there is nothing to download from, so neither is written.
set -eu
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.."
. packaging/build-facts.sh
if [ -z "$home_page" ]; then
    echo "The project has no page (HOME_PAGE in app/alpkey/__init__.py): no recipes for Homebrew." >&2
    exit 0
fi

# fill TEMPLATE FILE RESULT: with the checksum of the file that it has people download.
fill() {
    sum=$(sha256sum "$2" | cut -d' ' -f1)
    sed -e "s|@VERSION@|$version|g" -e "s|@SHA256@|$sum|g" -e "s|@APP_ID@|$app_id|g" \
        -e "s|@HOME_PAGE@|$home_page|g" \
        "packaging/macos/$1" >"$folder/$3"
}

fill alpkey.rb.in "$folder/alpkey-$version.tar.gz" alpkey.rb
image=$folder/Alpkey-$version-arm64.dmg
if [ -e "$image" ]; then
    fill alpkey-cask.rb.in "$image" alpkey-cask.rb
fi
