"""The .rpm, installed by rpm into a root that is no rpm distribution's.

Its dependencies' names are those of Fedora and were tried on none.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.installers.chroot import Chroot, changes
from tests.installers.conftest import SIZE_LIMIT_BYTES

Built = Callable[[str], Path]


def test_it_installs_starts_and_goes(ready: Chroot, built: Built) -> None:
    rpm = ["rpm", "--root", str(ready.root), "--dbpath", "/var/lib/dpkg/rpm-of-a-test"]
    before = ready.files()
    subprocess.run([*rpm, "--nodeps", "--install", built("rpm")], check=True)
    assert "+ usr/share/zsh/site-functions/_alpkey" in changes(before, ready.files())
    assert "(rpm " in ready.run("alpkey", "--version").stdout
    subprocess.run([*rpm, "--erase", "alpkey"], check=True)
    # The folders that are left belong to a package of every rpm distribution.
    left = [line.removeprefix("+ ") for line in changes(before, ready.files())]
    assert [name for name in left if "alpkey" in name.lower()] == []
    assert all((ready.root / name).is_dir() for name in left)


def test_it_asks_for_what_the_deb_asks_for(built: Built) -> None:
    asked = subprocess.run(
        ["rpm", "--query", "--package", "--requires", built("rpm")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert {"glibc >= 2.35", "openssh-clients", "libX11-xcb", "libwayland-egl"} <= set(asked)


def test_it_is_small_enough(built: Built) -> None:
    assert built("rpm").stat().st_size <= SIZE_LIMIT_BYTES
