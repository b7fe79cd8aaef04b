"""The commands that change files, each from a home that is made once and copied back."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.centre import Home
from tests.e2e.test_import import certified, saved
from tests.e2e.test_passphrase import opens
from tests.keys import make_key

PHRASE = "a phrase of six words"
NEXT_PHRASE = "another phrase of six words"


@dataclass(frozen=True)
class Scene:
    """``typed`` is made for each run, for a code works once.

    ``removes``: by design no pair is left.
    """

    name: str
    prepare: Callable[[Home], None]
    command: tuple[str, ...]
    typed: Callable[[Home], str] = lambda _: ""
    environ: Callable[[Home], Mapping[str, str]] = field(default=lambda _: {})
    removes: bool = False
    key_file: str = "cscs-key"


def _nothing(_: Home) -> None:
    """A home as new."""


def _renewed(home: Home) -> None:
    assert home.renew()[0] == 0


def _foreign(home: Home) -> None:
    make_key(home.key)


def _protected(home: Home) -> None:
    _renewed(home)
    typed = _line(passphrase=PHRASE)
    assert home.json("passphrase", "set", "--stdin", typed=typed)[0] == 0


def _by_gateway(home: Home) -> None:
    code = home.run("renew", "--api-key", **api_key(home)).returncode
    assert code == 0


def _downloaded(home: Home) -> None:
    _renewed(home)
    folder = home.path / "downloaded"
    folder.mkdir()
    saved(home, folder)


def _certified(home: Home) -> None:
    make_key(home.key)
    lone = home.path / "signed.pub"
    lone.write_text(certified(home, home.key))


def _configured(home: Home) -> None:
    _renewed(home)
    (home.path / "ssh/config").write_text("Host a\n  Port 2222\n")


def _applied(home: Home) -> None:
    _configured(home)
    assert home.run("config", "apply", "--yes").returncode == 0


def api_key(home: Home) -> dict[str, str]:
    return {"CSCS_API_KEY": home.centre.facts.api_key}


def _next_phrase(home: Home) -> str:
    """The answer to the question for a passphrase, by what the key has now."""
    old = next((one for one in (PHRASE, NEXT_PHRASE) if opens(home.key, one)), None)
    return _line(passphrase=NEXT_PHRASE, **({"old_passphrase": old} if old else {}))


def _line(**values: str) -> str:
    return json.dumps(values) + "\n"


def scenes(home: Home) -> list[Scene]:
    """All, for a home at this path."""
    renew = ("renew", "--username", home.centre.username, "--stdin")
    answer = Home.answer
    pair = [str(home.path / "downloaded" / name) for name in ("cscs-key", "cscs-key-cert.pub")]
    phrase = ("passphrase", "set", "--stdin")
    return [
        Scene("renew, first", _nothing, renew, answer),
        Scene("renew, replacing", _renewed, renew, answer),
        Scene("renew, key of another", _foreign, (*renew, "--yes"), answer),
        Scene("renew, key with passphrase", _protected, renew, answer),
        Scene(
            "renew at the gateway",
            _by_gateway,
            ("renew", "--api-key"),
            environ=api_key,
            key_file="cscs-key-sa",
        ),
        Scene(
            "renew at the gateway, first",
            _nothing,
            ("renew", "--api-key"),
            environ=api_key,
            key_file="cscs-key-sa",
        ),
        Scene("import, pair", _downloaded, ("import", *pair, "--yes")),
        Scene(
            "import, certificate", _certified, ("import", str(home.path / "signed.pub"), "--yes")
        ),
        Scene("passphrase set", _renewed, phrase, _next_phrase),
        Scene("passphrase change", _protected, phrase, _next_phrase),
        Scene(
            "passphrase remove",
            _protected,
            ("passphrase", "remove", "--stdin"),
            lambda _: _line(passphrase=PHRASE),
        ),
        Scene("config apply", _configured, ("config", "apply", "--yes")),
        Scene("config undo", _applied, ("config", "undo")),
        Scene("settings set", _renewed, ("settings", "set", "tell_updates", "on")),
        Scene("sign-out", _applied, ("sign-out", "--yes"), removes=True),
        Scene("uninstall", _applied, ("uninstall", "--yes")),
    ]


@dataclass
class Template:
    """A prepared home, which each run starts from again, at the same path."""

    home: Home
    kept: Path

    def restore(self) -> None:
        # cp keeps modes and times, and is quicker here than shutil.
        shutil.rmtree(self.home.path)
        subprocess.run(["cp", "-a", self.kept, self.home.path], check=True)
