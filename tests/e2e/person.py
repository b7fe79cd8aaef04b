"""Who signs in with a browser: the program opens it, and a small client does what a person does."""

import fcntl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.centre import Home
from tests.e2e.conversation import Row
from tests.sandbox.openid_client import Browser


@pytest.fixture
def only_listener() -> Iterator[None]:
    """Only one port is registered for the way back, so tests on this computer take turns."""
    with Path(tempfile.gettempdir(), "alpkey-tests-8765.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass
class Ended:
    """How a command ended, and what it said on the way."""

    code: int
    rows: list[Row]

    @property
    def result(self) -> Row:
        last: Row = self.rows[-1].get("result") or self.rows[-1]["error"]
        return last

    @property
    def warnings(self) -> list[str]:
        return [row["code"] for row in self.rows if row["event"] == "warn"]


class Person:
    """Somebody at a desktop whose browser is played by a small client."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home = home
        opener = folder / "bin/xdg-open"
        opener.parent.mkdir()
        opener.write_text("#!/bin/sh\n")
        opener.chmod(0o700)
        self._desktop = {"PATH": f"{opener.parent}:{home.environ['PATH']}", "DISPLAY": ":99"}

    def attempt(self, *command: str, answers: dict[str, Any] | None = None) -> Ended:
        """Runs ``command`` and signs in with the browser; ``answers`` are to its one question."""
        with self.home.converse(*command, "--browser", **self._desktop) as talk:
            while (row := talk.next())["event"] not in ("failed", "done"):
                if row["event"] == "ask":
                    talk.answer(row, **(answers or {}))
                elif row["event"] == "show":
                    browser = Browser(self.home.centre)
                    assert "state=" not in row["short_url"]
                    back = browser.sign_in(browser.open(row["url"])).url
                    urlopen(back, timeout=10).close()
            return Ended(talk.end()[0], talk.rows)

    def renew(self, *more: str, answer: bool = False) -> Ended:
        """Renews with the browser; ``answer`` is to the question about a key that is there."""
        return self.attempt("renew", *more, answers={"replace": answer, "first_account": True})

    def renews(self, *more: str, answer: bool = False) -> Ended:
        """The same, where it has to work."""
        renewed = self.renew(*more, answer=answer)
        assert renewed.code == 0, renewed.rows
        return renewed


@pytest.fixture
def person(home: Home, tmp_path: Path, only_listener: None) -> Person:
    return Person(home, tmp_path)
