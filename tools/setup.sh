#!/bin/sh
# Makes ready what a target needs: a Python of 3.11 or newer, system packages, and .venv.
# Usage: tools/setup.sh demo|test|lint|installers|locks
set -eu
target=$1

ssh_packages="openssh-client"
window_packages="libegl1 libgl1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 \
libxcb-randr0 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 libxkbcommon-x11-0 \
libdbus-1-3 libfontconfig1 libglib2.0-0 fonts-dejavu-core xterm"
test_packages="openssh-server xvfb xdotool dbus xfce4-panel xfce4-notifyd gnome-keyring iproute2 \
at-spi2-core desktop-file-utils libglib2.0-bin zsh fish tcsh chromium rsync git xauth x11-utils strace \
slurm-wlm munge"
installer_packages="appstream binutils debootstrap desktop-file-utils makeself rpm weston xz-utils"

has() { command -v "$1" >/dev/null 2>&1; }

# Installing needs root: ourselves, or sudo where it asks nothing or somebody can answer.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif has sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo "$@"
    else return 1
    fi
}

install_packages() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# missing PACKAGE...: those that dpkg does not know as installed.  Since Debian 13 and Ubuntu 24.04
# some libraries are called NAMEt64 and only provide NAME.
missing() {
    for package in "$@"; do
        installed "$package" || installed "${package}t64" || printf '%s ' "$package"
    done
}

# want REASON PACKAGE...: says what is missing and why, and installs it where that is allowed.
want() {
    reason=$1
    shift
    has apt-get || return 0
    lacking=$(missing "$@")
    [ -n "$lacking" ] || return 0
    echo "Needed $reason: $lacking"
    # shellcheck disable=SC2086  # a list of names
    install_packages $lacking ||
        echo "They could not be installed here; going on without. By hand: apt-get install $lacking"
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for python in python3 python3.14 python3.13 python3.12 python3.11 \
        /opt/homebrew/bin/python3 /usr/local/bin/python3; do
        if has "$python" && new_enough "$python"; then
            command -v "$python"
            return 0
        fi
    done
    return 1
}

install_python() {
    echo "Python 3.11 or newer is needed and was not found; installing it." >&2
    if has brew; then
        brew install python >&2
    elif has apt-get; then
        for name in python3 python3.13 python3.12 python3.11; do
            install_packages "$name" "$name-venv" >&2 2>/dev/null && find_python >/dev/null && return 0
        done
    fi
}

make_environment() {
    python=$(find_python) || { install_python && python=$(find_python); } || {
        echo "There is no Python of 3.11 or newer here, and none could be installed." >&2
        exit 1
    }
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        minor=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        want "to make a virtual environment" "python$minor-venv"
    fi
    # A broken .venv, as without ensurepip, is made anew.
    .venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear .venv
    if ! cmp -s packaging/locks/dev.txt .venv/installed-from.txt ||
        ! cmp -s pyproject.toml .venv/installed-for.toml; then
        echo "Installing Alpkey and its Python packages into .venv"
        # pip first: scripts that an old one writes import re, which costs a shell prompt more than
        # Alpkey does.
        awk '/^[^ ]/ { wanted = /^pip==/ } wanted' packaging/locks/dev.txt >.venv/pip.txt
        for lock in .venv/pip.txt packaging/locks/dev.txt; do
            .venv/bin/python -m pip install --quiet --disable-pip-version-check \
                --require-hashes -r "$lock"
        done
        # The lock holds the build backend, too: nothing is fetched without a hash.
        .venv/bin/python -m pip install --quiet --disable-pip-version-check \
            --no-deps --no-build-isolation -e .
        cp packaging/locks/dev.txt .venv/installed-from.txt
        cp pyproject.toml .venv/installed-for.toml
    fi
}

# The bundle's own environment holds what is in it and what freezes it, by hash, and nothing else.
# Debian's Python asks for less of the C library than one that was built here may.
make_bundle_environment() {
    python=$(command -v /usr/bin/python3) && new_enough "$python" || python=$(find_python)
    if [ "$python" = /usr/bin/python3 ] && has apt-get; then
        minor=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        want "to freeze the program" "python$minor-venv" "libpython$minor"
    fi
    .venv-bundle/bin/python -m pip --version >/dev/null 2>&1 ||
        "$python" -m venv --clear .venv-bundle
    if ! cmp -s packaging/locks/bundle.txt .venv-bundle/installed-for.txt; then
        echo "Installing what the bundle is made of into .venv-bundle"
        .venv-bundle/bin/python -m pip install --quiet --disable-pip-version-check \
            --require-hashes -r packaging/locks/bundle.txt
        cp packaging/locks/bundle.txt .venv-bundle/installed-for.txt
    fi
}

case $target in
    installers)
        # shellcheck disable=SC2086
        want "to build and try installers" $installer_packages $window_packages
        make_bundle_environment
        exit 0
        ;;
    locks)
        make_environment
        exit 0
        ;;
    demo)
        # shellcheck disable=SC2086
        want "to log in to clusters" $ssh_packages
        if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
            # shellcheck disable=SC2086
            want "to show the tray and its windows" $window_packages
        fi
        ;;
    test)
        # shellcheck disable=SC2086
        want "to run every test: real ssh hosts and jobs, shells, tray, keychain and browser" \
            $ssh_packages $window_packages $test_packages
        ;;
esac
make_environment
if [ "$target" = test ] && ! cmp -s tests/foreign/package-lock.json .venv/oidc-provider/package-lock.json
then
    echo "Installing a certified OpenID provider into .venv/oidc-provider, for tests"
    mkdir -p .venv/oidc-provider
    cp tests/foreign/package.json tests/foreign/package-lock.json .venv/oidc-provider/
    # It trusts whom this computer trusts, as pip does.
    NODE_OPTIONS=--use-system-ca .venv/bin/npm ci --prefix .venv/oidc-provider \
        --ignore-scripts --no-audit --no-fund --loglevel error || {
        rm -r .venv/oidc-provider
        echo "It could not be had here; the tests with it are skipped."
    }
fi
if [ "$target" = test ] && [ ! -x .venv/openssh/bin/ssh ]; then
    echo "Unpacking a newer OpenSSH into .venv/openssh, for tests"
    sh tools/newer_openssh.sh .venv/openssh 2>/dev/null ||
        echo "It could not be had here; the tests with it are skipped."
fi
