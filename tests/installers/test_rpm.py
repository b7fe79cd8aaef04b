"""The .rpm, installed by rpm into a root that is no rpm distribution's.

Its dependencies' names are those of Fedora and were tried on none.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.installers.chroot import Chroot, changes
from tests.installers.conftest import SIZE_LIMIT_BYTES

Built = Callable[[str], Path]


def test_it_installs_starts_and_goes(debian: Chroot, built: Built, tmp_path: Path) -> None:
    database = tmp_path / "database"
    rpm = ["rpm", "--root", str(debian.root), "--dbpath", "/tmp/rpm-database-of-a-test"]
    before = debian.files()
    subprocess.run([*rpm, "--nodeps", "--install", built("rpm")], check=True)
    assert "+ usr/share/zsh/site-functions/_alpkey" in changes(before, debian.files())
    assert "(rpm " in debian.run("alpkey", "--version").stdout
    subprocess.run([*rpm, "--erase", "alpkey"], check=True)
    assert changes(before, debian.files()) == []
    assert not database.exists()


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
