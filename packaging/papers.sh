#!/bin/sh
# papers.sh: all that stands beside the program, in build/papers.
set -eu
cd "$(dirname "$0")/.."
. packaging/build-facts.sh
python=.venv-bundle/bin/python
out=build/papers

rm -rf "$out"
mkdir -p "$out"
"$python" packaging/menu_entry.py "$out/$app_id.desktop"
"$python" packaging/man.py "$out/alpkey.1"
for shell in bash zsh fish; do
    "$python" -m alpkey completion "$shell" >"$out/alpkey.$shell"
done
with_home_page "packaging/linux/$app_id.metainfo.xml.in" |
    sed -e "s/@version@/$version/" -e "s/@date@/$day/" >"$out/$app_id.metainfo.xml"
"$python" packaging/notices.py "$out/licences"
"$python" packaging/bill.py "$out/alpkey.cdx.json"
