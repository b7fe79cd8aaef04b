#!/bin/sh
# What a .run runs once it has unpacked itself: installs for one person, below ~/.local or $PREFIX.
#   install.sh              installs, or upgrades what is there
#   uninstall.sh            the same file, kept beside the program: takes all of it away again, after
#                           what Alpkey did elsewhere, such as the line in the ssh configuration
#   uninstall.sh --anyway   where that cannot be undone
set -eu
umask 022
prefix=${PREFIX:-$HOME/.local}
share=$prefix/share
[ -n "${PREFIX:-}" ] || share=${XDG_DATA_HOME:-$share}
home=$prefix/lib/alpkey
id=io.github.alpkey.Alpkey
from=$(cd "$(dirname "$0")" && pwd)

beside="applications/$id.desktop icons/hicolor/scalable/apps/$id.svg metainfo/$id.metainfo.xml
man/man1/alpkey.1.gz bash-completion/completions/alpkey fish/vendor_completions.d/alpkey.fish
zsh/site-functions/_alpkey"

say() { printf '%s\n' "$*"; }

# Only the program knows what it did elsewhere.  It asks where somebody is there to answer.
undo_elsewhere() {
    if [ -t 0 ] && [ -t 1 ]; then "$home/alpkey" uninstall
    else "$home/alpkey" uninstall --yes
    fi
}

uninstall() {
    undo_elsewhere || {
        code=$?
        if [ "$code" = 10 ]; then
            say "Nothing was removed."
            exit "$code"
        fi
        if [ "${1:-}" != --anyway ]; then
            say "So Alpkey stays. To remove it all the same: $home/uninstall.sh --anyway" >&2
            exit "$code"
        fi
    }
    for file in $beside; do
        rm -f "$share/$file"
        rmdir -p "$(dirname "$share/$file")" 2>/dev/null || true
    done
    [ "$(readlink "$prefix/bin/alpkey")" != "$home/alpkey" ] || rm -f "$prefix/bin/alpkey"
    rm -rf "$home"
    rmdir "$prefix/bin" "$prefix/lib" "$prefix" 2>/dev/null || true # where nothing else is there
    say "Alpkey is gone. Your keys, settings and logs are where they were."
}

if [ "$(basename "$0")" = uninstall.sh ]; then
    uninstall "$@"
    exit 0
fi

if [ "$(id -u)" = 0 ] && [ -z "${PREFIX:-}" ]; then
    say "This installs for one person: run it as yourself, not as root." >&2
    exit 1
fi
have=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)
if [ "$(printf '%s\n2.35\n' "${have:-0}" | sort -V | head -n 1)" != 2.35 ]; then
    say "Alpkey needs glibc 2.35 or newer (Debian 12, Ubuntu 22.04); here is ${have:-another}." >&2
    exit 1
fi
case $home in
    *[!A-Za-z0-9/._@:,+=~-]*)
        say "$home cannot stand in a menu entry; choose another place: PREFIX=/some/where" >&2
        exit 1
        ;;
esac
if [ -e "$home" ] && [ ! -e "$home/uninstall.sh" ]; then
    say "$home is there and not of this installer; nothing was changed." >&2
    exit 1
fi

mkdir -p "$prefix/lib" "$prefix/bin"
rm -rf "$home.new" "$home.old"
cp -R "$from/tree/lib/alpkey" "$home.new"
cp -R "$from/tree/share/doc/alpkey/licences" "$home.new/licences"
cp "$from/install.sh" "$home.new/uninstall.sh"
if ! "$home.new/alpkey" --version; then
    rm -rf "$home.new"
    say "It does not start here, so nothing was changed." >&2
    exit 1
fi
# Two renames: there is never half a program in this place.
[ ! -e "$home" ] || mv "$home" "$home.old"
mv "$home.new" "$home"
rm -rf "$home.old"
ln -sfn "$home/alpkey" "$prefix/bin/alpkey"

for file in $beside; do
    mkdir -p "$(dirname "$share/$file")"
    cp "$from/tree/share/$file" "$share/$file"
done
# Desktops do not have ~/.local/bin on their path everywhere.
sed -e "s|\"alpkey\"|\"$home/alpkey\"|" -e "s|^TryExec=alpkey\$|TryExec=$home/alpkey|" \
    "$from/tree/share/applications/$id.desktop" >"$share/applications/$id.desktop"
say "Alpkey is installed: $prefix/bin/alpkey"
case ":$PATH:" in
    *":$prefix/bin:"*) ;;
    *) say "That folder is not on your PATH; the menu starts Alpkey all the same." ;;
esac
say "To remove it: $home/uninstall.sh"
