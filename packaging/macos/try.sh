#!/bin/sh
# try.sh Alpkey.app: the app that was built, started as a person's Mac would.  Written from the
# manuals, never run: System Events has to be allowed to look at other programs, as on CI runners.
set -eu
app=$1
alpkey=$app/Contents/MacOS/alpkey
folder=$(mktemp -d)
export ALPKEY_HOME="$folder/home" TMPDIR="$folder"
patience_s=30

fail() { echo "$*" >&2; exit 1; }

# ends_with CODE COMMAND...
ends_with() {
    wanted=$1
    shift
    code=0
    "$@" || code=$?
    [ "$code" = "$wanted" ] || fail "$* ended with $code, not with $wanted"
}

"$alpkey" --version
ends_with 6 "$alpkey" status --json # there is no key, and nothing else is wrong

# Twice: the second time the keychain has to know the app again, by its signature.
for _ in 1 2; do
    echo '{"password": "a password"}' |
        ends_with 0 "$alpkey" password keep --username alice --stdin --json
    "$alpkey" doctor --quick --json | grep -v '"keychain-away"' >/dev/null ||
        fail "the keychain does not give the password back"
done
ends_with 0 "$alpkey" password forget --json

open -n "$app" --env ALPKEY_HOME="$ALPKEY_HOME" --env TMPDIR="$TMPDIR"
icons='tell application "System Events" to count menu bar items of menu bar 2 of process "Alpkey"'
while [ "$(osascript -e "$icons" 2>/dev/null || echo 0)" = 0 ]; do
    patience_s=$((patience_s - 1))
    [ "$patience_s" -gt 0 ] || fail "no icon came into the menu bar"
    sleep 1
done
osascript -e 'quit app "Alpkey"'
rm -rf "$folder"
