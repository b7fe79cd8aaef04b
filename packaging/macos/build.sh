#!/bin/sh
# build.sh: dist/Alpkey-VERSION-MACHINE.dmg.  On a Mac; written from the manuals, never run on one.
#
#   CODESIGN_IDENTITY    signs with it; unset: an ad-hoc signature, which Gatekeeper refuses
#   NOTARY_PROFILE       a profile of "notarytool store-credentials"; unset: not notarised
set -eu
cd "$(dirname "$0")/../.."
. packaging/build-facts.sh
app=build/frozen/Alpkey.app
image=dist/Alpkey-$version-$(uname -m).dmg

mkdir -p build dist
ALPKEY_BUILD="dmg $commit" sh packaging/freeze.sh
sh packaging/papers.sh
cp -R build/papers/licences build/frozen/licences

if [ -n "${CODESIGN_IDENTITY:-}" ]; then
    codesign --verify --deep --strict --verbose=2 "$app"
fi
"$app/Contents/MacOS/alpkey" --version

rm -rf build/image
mkdir build/image
cp -R "$app" build/frozen/licences build/image/
ln -s /Applications build/image/Applications
hdiutil create -volname Alpkey -srcfolder build/image -ov -format UDZO "$image"
if [ -n "${CODESIGN_IDENTITY:-}" ]; then
    codesign --sign "$CODESIGN_IDENTITY" --timestamp "$image"
fi
if [ -n "${NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" \
        ${NOTARY_KEYCHAIN:+--keychain "$NOTARY_KEYCHAIN"} --wait
    xcrun stapler staple "$image"
fi
cp build/papers/alpkey.cdx.json "dist/Alpkey-$version-$(uname -m).cdx.json"
(cd dist && shasum -a 256 Alpkey-* >"SHA256SUMS-$(uname -m)")
