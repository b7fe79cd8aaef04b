"""The browser, by a program of ours in the place of the desktop's."""

import os
import stat
from pathlib import Path

import pytest

from alpkey.adapters.system.browser import DesktopBrowser
from alpkey.core.errors import InvalidInput

URL = "https://a.page/?state=a&code=$(b);c"


def opener(folder: Path, name: str, script: str) -> dict[str, str]:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(stat.S_IRWXU)
    return {"PATH": f"{folder}{os.pathsep}/usr/bin:/bin", "DISPLAY": ":9"}


@pytest.mark.parametrize(("platform", "name"), [("linux", "xdg-open"), ("darwin", "open")])
def test_the_desktops_own_way_gets_the_address_as_one_word(
    tmp_path: Path, platform: str, name: str
) -> None:
    seen = tmp_path / "seen"
    environ = opener(tmp_path, name, f'printf "%s\\n" "$#" "$1" > "{seen}"')
    DesktopBrowser(environ, platform).open(URL)
    assert seen.read_text() == f"1\n{URL}\n"


def test_one_that_fails_is_none(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as raised:
        DesktopBrowser(opener(tmp_path, "xdg-open", "exit 3"), "linux").open(URL)
    assert raised.value.code == "no-browser"


def test_without_a_program_or_a_display_there_is_none(tmp_path: Path) -> None:
    environ = opener(tmp_path, "xdg-open", "true")
    for lacking in ({"PATH": str(tmp_path / "empty"), "DISPLAY": ":9"}, {"PATH": environ["PATH"]}):
        with pytest.raises(InvalidInput):
            DesktopBrowser(lacking, "linux").open(URL)


@pytest.mark.parametrize(
    "browser",
    ["helper", "absent:helper", "helper %s", "':helper", "fails:helper"],
)
def test_the_one_that_the_user_names_needs_neither_display_nor_opener(
    tmp_path: Path, browser: str
) -> None:
    seen = tmp_path / "seen"
    opener(tmp_path, "fails", "exit 3")
    environ = opener(tmp_path, "helper", f'printf "%s\\n" "$#" "$1" > "{seen}"')
    del environ["DISPLAY"]
    DesktopBrowser({**environ, "BROWSER": browser}, "linux").open(URL)
    assert seen.read_text() == f"1\n{URL}\n"


def test_where_the_named_one_fails_the_desktops_own_opens(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    environ = opener(tmp_path, "xdg-open", f'printf "%s" "$1" > "{seen}"')
    DesktopBrowser({**environ, "BROWSER": "absent"}, "linux").open(URL)
    assert seen.read_text() == URL
