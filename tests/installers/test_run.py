"""The .run as an ordinary user, who has no rights but to the own home."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installers import use
from tests.installers.chroot import USER, Chroot, changes
from tests.installers.conftest import SIZE_LIMIT_BYTES, Installed, let_in

Built = Callable[[str], Path]
HOME = f"/home/{USER}"
UNINSTALL = f"{HOME}/.local/lib/alpkey/uninstall.sh"


@pytest.fixture(scope="module")
def ready(ready: Chroot) -> Chroot:
    """With what a .run needs to unpack itself."""
    ready.apt_get("install", "--no-install-recommends", "xz-utils")
    return ready


@pytest.fixture
def installer(built: Built, tmp_path: Path) -> str:
    """The .run, where the user in there can start it."""
    path = tmp_path / "alpkey.run"
    path.write_bytes(built("run").read_bytes())
    path.chmod(0o755)
    let_in(tmp_path)
    return str(path)


def test_install_use_upgrade_remove(
    ready: Chroot, installer: str, installed: Callable[..., Installed], tmp_path: Path
) -> None:
    refused = ready.run(installer, check=False)
    assert refused.returncode == 1
    assert "not as root" in refused.stderr

    before = ready.files()
    done = ready.run(installer, user=USER)
    assert "Alpkey is installed: /home/anna/.local/bin/alpkey" in done.stdout
    outside = [
        line
        for line in changes(before, ready.files())
        if not line.startswith(f"+ {HOME[1:]}/.local")
    ]
    assert outside == []

    alpkey = installed(ready, f"{HOME}/.local/bin/alpkey")
    assert "(run " in alpkey.run("--version").stdout
    use.renews_and_connects(alpkey)
    folder = tmp_path / "spy"
    folder.mkdir()
    use.starts_its_children_clean(alpkey, folder)
    use.opens(alpkey, "window", "renew")
    entry = ready.root / f"home/{USER}/.local/share/applications/io.github.alpkey.Alpkey.desktop"
    assert f'Exec="{HOME}/.local/lib/alpkey/alpkey" "window" "renew"' in entry.read_text()

    once = ready.files()
    with use.Running(alpkey):
        ready.run(installer, user=USER)
    assert changes(once, ready.files()) == []
    alpkey_again = installed(ready, f"{HOME}/.local/bin/alpkey")
    assert alpkey_again.json("status")[0] == 0

    ready.run(UNINSTALL, user=USER)
    assert changes(before, ready.files()) == []


def test_what_it_did_elsewhere_goes_with_it(
    ready: Chroot, installer: str, installed: Callable[..., Installed]
) -> None:
    ready.run(installer, user=USER)
    alpkey = installed(ready, f"{HOME}/.local/bin/alpkey")
    assert alpkey.renew()[0] == 0
    config = alpkey.path / "ssh/config"
    config.write_text("Host elsewhere\n  Port 7\n")
    ready.run("chown", f"{USER}:", str(config))
    assert alpkey.json("config", "apply", "--on-demand")[0] == 0
    assert alpkey.json("autostart", "on")[0] == 0
    assert "Include" in config.read_text()

    ready.run("env", f"ALPKEY_HOME={alpkey.path}", UNINSTALL, user=USER)
    assert config.read_text() == "Host elsewhere\n  Port 7\n"
    assert not (alpkey.path / "ssh/alpkey").exists()
    assert not (ready.root / HOME[1:] / ".local/lib/alpkey").exists()


def test_a_program_that_cannot_undo_it_stays_until_one_insists(
    ready: Chroot, installer: str
) -> None:
    before = ready.files()
    ready.run(installer, user=USER)
    program = ready.root / HOME[1:] / ".local/lib/alpkey/alpkey"
    program.write_text("#!/bin/sh\nexit 5\n")
    refused = ready.run(UNINSTALL, user=USER, check=False)
    assert (refused.returncode, program.exists()) == (5, True)
    assert "uninstall.sh --anyway" in refused.stderr
    ready.run(UNINSTALL, "--anyway", user=USER)
    assert changes(before, ready.files()) == []


def test_it_is_small_enough(built: Built) -> None:
    assert built("run").stat().st_size <= SIZE_LIMIT_BYTES
