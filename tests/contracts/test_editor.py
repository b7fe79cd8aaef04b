"""The contract of editors: VS Code, with a fake of its program, and the fake of tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from alpkey.adapters.system.vs_code import VsCode
from alpkey.core.errors import InvalidInput
from alpkey.core.ssh.ports import OpenEditor
from tests.contracts.fakes_ssh import FakeEditor
from tests.e2e.waiting import until

Watched = tuple[OpenEditor, Callable[[], list[str]]]


@pytest.fixture(params=["real", "fake"])
def editor(request: pytest.FixtureRequest, tmp_path: Path) -> Watched:
    """An editor, and the hosts that it opened."""
    if request.param == "fake":
        fake = FakeEditor()
        return fake.open, lambda: fake.opened
    told = tmp_path / "told"
    program = tmp_path / "codium"
    program.write_text(f'#!/bin/sh\necho "$*" >> "{told}"\n')
    program.chmod(0o755)

    def opened() -> list[str]:
        lines = told.read_text().splitlines()
        return [line.removeprefix("--remote ssh-remote+") for line in lines]

    return VsCode({"PATH": f"{tmp_path}:/usr/bin:/bin"}).open, opened


@pytest.fixture(params=["real", "fake"])
def absent(request: pytest.FixtureRequest) -> OpenEditor:
    if request.param == "fake":
        return FakeEditor(absent=True).open
    return VsCode({"PATH": "/nowhere"}).open


class TestEditor:
    def test_it_opens_on_the_host(self, editor: Watched) -> None:
        open_editor, opened = editor
        open_editor("daint")
        until(lambda: opened() == ["daint"], "the window")

    def test_one_that_is_not_there_says_so(self, absent: OpenEditor) -> None:
        with pytest.raises(InvalidInput) as raised:
            absent("daint")
        assert raised.value.code == "no-editor"
