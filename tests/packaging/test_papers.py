"""Manual page, menu entry, AppStream's description."""

import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from man import page
from menu_entry import entry

from alpkey.core.paths import APP_ID
from tests.test_house import COMMANDS

PACKAGING = Path(__file__).parents[2] / "packaging"


def test_the_manual_tells_of_every_command() -> None:
    text = page("2026-01-01").replace("\\-", "-")
    for name in COMMANDS:
        assert f'.SS "{name}' in text


def test_the_manual_is_read_without_a_complaint(tmp_path: Path) -> None:
    groff = shutil.which("groff") or pytest.skip("no groff")
    file = tmp_path / "alpkey.1"
    file.write_text(page("2026-01-01"))
    shown = subprocess.run(
        [groff, "-man", "-Tutf8", "-ww", "-z", file], capture_output=True, text=True, check=True
    )
    assert shown.stderr == ""


def test_the_menu_entry_starts_what_is_on_the_path() -> None:
    lines = entry().decode().splitlines()
    assert "TryExec=alpkey" in lines
    assert 'Exec="alpkey" "connect" "daint"' in lines


def test_every_picture_that_is_shown_is_there() -> None:
    root = ET.parse(PACKAGING / f"linux/{APP_ID}.metainfo.xml.in").getroot()
    shown = {Path(item.text or "").name for item in root.iter("image")}
    assert shown == {item.name for item in (PACKAGING.parent / "resources/pictures").iterdir()}


def test_one_name_everywhere() -> None:
    """Desktop, AppStream and the package managers find us by one id."""
    metainfo = PACKAGING / f"linux/{APP_ID}.metainfo.xml.in"
    root = ET.parse(metainfo).getroot()
    assert root.findtext("id") == APP_ID
    assert root.findtext("launchable") == f"{APP_ID}.desktop"
    files = ["build-facts.sh", "linux/install.sh", "linux/alpkey.rpm.spec"]
    for name in files:
        ids = set(re.findall(r"io\.github\.[\w.]*[A-Z]\w+", (PACKAGING / name).read_text()))
        assert {item.removesuffix(".desktop") for item in ids} <= {
            APP_ID,
            f"{APP_ID}.svg",
            f"{APP_ID}.metainfo.xml",
        }
        assert ids
