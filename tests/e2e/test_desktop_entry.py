"""Start at login and the menu entry by the command line."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from alpkey.core.paths import APP_ID
from tests.centre import Home

NAME = f"{APP_ID}.desktop"


def external_changes(home: Home) -> set[str]:
    found = json.loads((home.path / "state/touched.json").read_text())
    return {entry["path"] for entry in found.values()}


def test_on_status_off(home: Home) -> None:
    path = home.path / "desktop/autostart" / NAME
    off = {"on": False, "path": str(path), "current": False}
    on = {"on": True, "path": str(path), "current": True}
    assert home.json("autostart", "status") == (0, off)
    for _ in range(2):
        assert home.json("autostart", "on") == (0, on)
    assert home.json("autostart", "status") == (0, on)
    assert external_changes(home) == {str(path)}
    for _ in range(2):
        assert home.json("autostart", "off") == (0, off)
    assert list(path.parent.iterdir()) == []
    assert external_changes(home) == set()


def test_one_that_the_desktop_switched_off_is_off(home: Home) -> None:
    path = Path(home.json("autostart", "on")[1]["path"])
    path.write_text(path.read_text() + "X-GNOME-Autostart-enabled=false\n")
    assert home.json("autostart", "status")[1]["on"] is False
    done = home.run("autostart", "on")
    assert done.stdout == "Alpkey starts at login.\n"
    (kept,) = path.parent.glob("*.kept-*")
    assert str(kept) in done.stderr
    assert "enabled=false" in kept.read_text()


def test_another_program_in_our_place_is_named(home: Home) -> None:
    path = Path(home.json("autostart", "on")[1]["path"])
    path.write_text("[Desktop Entry]\nType=Application\nName=x\nExec=/old/alpkey\n")
    code, result = home.json("autostart", "status")
    assert (code, result["on"], result["current"]) == (0, True, False)
    assert "Something else" in home.run("autostart", "status").stdout


def test_install_and_remove(home: Home) -> None:
    code, result = home.json("install-desktop")
    assert (code, result["installed"]) == (0, True)
    entry, icon = map(Path, result["paths"])
    assert (entry.name, icon.name) == (NAME, f"{APP_ID}.svg")
    assert external_changes(home) == set(result["paths"])
    assert "Connect to daint" in entry.read_text()
    assert home.json("install-desktop", "--remove") == (0, {"installed": False, "paths": []})
    assert not entry.exists()
    assert not icon.exists()
    assert external_changes(home) == set()


def test_what_is_written_stands_up_to_the_validator(home: Home) -> None:
    validator = shutil.which("desktop-file-validate") or pytest.skip("no desktop-file-validate")
    paths = [home.json("autostart", "on")[1]["path"], home.json("install-desktop")[1]["paths"][0]]
    done = subprocess.run([validator, *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_menu_names_the_clusters_that_the_person_wants(home: Home) -> None:
    home.json("settings", "set", "clusters", "eiger=on daint=off")
    entry = Path(home.json("install-desktop")[1]["paths"][0])
    assert "Connect to eiger" in entry.read_text()
    assert "Connect to daint" not in entry.read_text()
    home.json("settings", "set", "clusters", "eiger=off")
    assert "Connect to eiger" not in entry.read_text()
    assert "Connect to daint" in entry.read_text()
    home.json("install-desktop", "--remove")
    home.json("settings", "set", "clusters", "--default")
    assert not entry.exists()


def test_a_place_that_cannot_be_written_changes_nothing(home: Home) -> None:
    (home.path / "desktop").touch()
    code, result = home.json("autostart", "on")
    assert (code, result["error"]["code"]) == (9, "folder-unfit")
    assert external_changes(home) == set()


def test_outside_a_moved_home_it_is_where_desktops_look(home: Home, tmp_path: Path) -> None:
    """A home by HOME and XDG, and none of it the real one."""
    environ = {name: home.environ[name] for name in ("PATH", "PYTHONPATH", "PYTHONWARNINGS")}
    environ |= {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    plain = Home(tmp_path, home.centre, environ)
    path = Path(plain.json("autostart", "on")[1]["path"])
    assert path == tmp_path / ".config/autostart" / NAME
    assert "ALPKEY_HOME" not in path.read_text()
    entry = Path(plain.json("install-desktop")[1]["paths"][0])
    assert entry == tmp_path / "data/applications" / NAME
