"""A real browser: Chromium without a window, told what to do over its own DevTools pipe.

It is given keys and a mouse as a person's are, reaches this computer alone, and trusts one
throw-away certificate beside those it came with.
"""

import base64
import hashlib
import itertools
import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.e2e.waiting import until

PROGRAMS = ("chromium", "chromium-browser")
# The browser takes its pipes as 3 and 4, and no shell that is everywhere can put others there.
STARTED = """
import os, sys
commands, answers, *command = sys.argv[1:]
for number, pipe in ((3, os.dup(int(commands))), (4, os.dup(int(answers)))):
    os.dup2(pipe, number)
    os.set_inheritable(number, True)
os.execv(command[0], command)
"""
BUTTONS = "[...document.querySelectorAll('button')].find(one => one.innerText == {})"


class Chromium:
    """One page of a running browser; cookies last as long as it does."""

    def __init__(self, commands: BinaryIO, answers: BinaryIO) -> None:
        self._commands = commands
        self._answers = answers
        self._numbers = itertools.count(1)
        self._session: dict[str, str] = {}
        page = self._ask("Target.createTarget", url="about:blank")["targetId"]
        told = self._ask("Target.attachToTarget", targetId=page, flatten=True)
        self._session = {"sessionId": told["sessionId"]}

    def open(self, url: str) -> None:
        told = self._ask("Page.navigate", url=url)
        assert "errorText" not in told, told

    def forget(self) -> None:
        """As if it had never been used: no session anywhere."""
        self._ask("Network.clearBrowserCookies")

    def shows(self, words: str) -> str:
        """What stands on the page, once these words do."""

        def text() -> str:
            said = str(self._evaluate("document.body ? document.body.innerText : ''"))
            return said if words in said else ""

        return until(text, f"{words!r} on the page")

    def types(self, field: str, text: str) -> None:
        """Into the field of this name, in place of what stands there; three clicks choose it."""
        self._click(f"document.querySelector('input[name={field}]')", times=3)
        for letter in text:
            self._ask("Input.dispatchKeyEvent", type="char", text=letter)

    def presses(self, button: str) -> None:
        self._click(BUTTONS.format(json.dumps(button)))

    def _click(self, what: str, times: int = 1) -> None:
        box = f"(one => one && one.getBoundingClientRect().toJSON())({what})"
        found = until(lambda: self._evaluate(box), what)
        at = {"x": found["x"] + found["width"] / 2, "y": found["y"] + found["height"] / 2}
        for count in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                click = {"type": kind, "button": "left", "clickCount": count}
                self._ask("Input.dispatchMouseEvent", **click, **at)

    def _evaluate(self, script: str) -> Any:
        told = self._ask("Runtime.evaluate", expression=script, returnByValue=True)
        return told["result"].get("value")

    def _ask(self, method: str, **params: object) -> dict[str, Any]:
        """Events that come in between are of no interest here."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params, **self._session}
        self._commands.write(json.dumps(message).encode() + b"\0")
        self._commands.flush()
        while (answer := self._heard()).get("id") != number:
            pass
        assert "error" not in answer, (method, answer["error"])
        result: dict[str, Any] = answer["result"]
        return result

    def _heard(self) -> dict[str, Any]:
        message = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "the browser has ended"
            message += byte
        heard: dict[str, Any] = json.loads(message)
        return heard


@contextmanager
def chromium(folder: Path, provider: str) -> Iterator[Chromium]:
    """Runs until left, and trusts who is at the address ``provider``; skips where there is none."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("there is no Chromium here")
    read_commands, write_commands = os.pipe()
    read_answers, write_answers = os.pipe()
    arguments = (
        "--headless=new",
        "--remote-debugging-pipe",
        f"--user-data-dir={folder / 'profile'}",
        f"--ignore-certificate-errors-spki-list={_fingerprint(provider)}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-gpu",
        *(["--no-sandbox"] if os.getuid() == 0 else []),
    )
    pipes = map(str, (read_commands, write_answers))
    with subprocess.Popen(
        [sys.executable, "-c", STARTED, *pipes, program, *arguments],
        pass_fds=(read_commands, write_answers),
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(read_commands)
        os.close(write_answers)
        with open(write_commands, "wb") as commands, open(read_answers, "rb") as answers:  # noqa: PTH123  numbers
            try:
                yield Chromium(commands, answers)
            finally:
                process.terminate()
                process.wait(20)


def _fingerprint(provider: str) -> str:
    """Of its public key, as Chromium wants it: SHA-256, base64."""
    at = urlsplit(provider)
    certificate = ssl.get_server_certificate((str(at.hostname), at.port or 443))
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    plain = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(plain).digest()).decode()
