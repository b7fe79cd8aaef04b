"""Each fault of the sandbox's services, at each call of a renewal: a named error, and no harm."""

import shutil
import time
from collections.abc import Iterator

from alpkey_sandbox.faults import STAGES, makes_sense
from tests.centre import Home
from tests.trust.row import Row, in_time
from tests.trust.scenes import Template, api_key
from tests.trust.system_calls import run

# README: no step of a renewal takes longer than this.
LONGEST_S = 45
STATUSES = (
    400,
    401,
    403,
    404,
    407,
    408,
    409,
    418,
    422,
    429,
    500,
    502,
    503,
    504,
    511,
)


# The value that each kind of answer needs in the sandbox.
VALUES: dict[str, tuple[object, ...]] = {
    "delay": (1,),
    "huge": (2 * 1024 * 1024,),
    "slow-drip": (2,),
    "redirect": ("https://portal.example.org/login",),
    "status": STATUSES,
}


def answers(home: Home, end: float | None) -> Iterator[Row]:
    """A row for each way of signing in that needs no browser."""
    by_password = ("renew", "--username", home.centre.username, "--stdin")
    ways = {
        "by password": (by_password, ("signed-key",)),
        "by service account": (("renew", "--api-key"), ("token", "sign")),
    }
    for index, (way, (command, calls)) in enumerate(ways.items()):
        row = Row(f"hostile answers: {way}")
        faults = [
            (call, kind, value)
            for call in calls
            for kind in STAGES
            if makes_sense(call, kind)
            for value in VALUES.get(kind, (None,))
        ]
        row.points = len(faults)
        template = _renewed(home, command)
        share = None if end is None else time.monotonic() + (end - time.monotonic()) / (2 - index)
        for call, kind, value in in_time(faults, share):
            row.tried += 1
            template.restore()
            row.failures += [
                f"{call}: {kind} {value or ''}: {wrong}"
                for wrong in _wrongs(home, command, call, kind, value)
            ]
        yield row


def _renewed(home: Home, command: tuple[str, ...]) -> Template:
    """A home with a pair, to begin each point with: Alpkey counts what it was given."""
    home.centre.reset()
    ended = run(home, command, home.answer(), api_key(home))
    assert ended.code == 0, ended.output
    kept = home.path.with_name("kept")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(home.path, kept, symlinks=True)
    return Template(home, kept)


def _wrongs(
    home: Home, command: tuple[str, ...], call: str, kind: str, value: object
) -> Iterator[str]:
    centre = home.centre
    centre.reset()
    environ = api_key(home)
    before, spent = _pairs(home), len(centre.state()["issued"])
    centre.control("faults", call=call, kind=kind, **({} if value is None else {"value": value}))
    started = time.monotonic()
    ended = run(home, command, home.answer(), environ)
    if (took_s := time.monotonic() - started) > LONGEST_S:
        yield f"took {took_s:.0f} s"
    if ended.code == 1 or "Traceback" in ended.output:
        yield f"ended as a bug: {ended.output[-300:]}"
    if ended.code != 0 and _pairs(home) != before:
        yield f"failed with {ended.code}, and yet changed the pair"
    if len(centre.state()["issued"]) - spent > 1:
        yield "more than one slot was spent"


def _pairs(home: Home) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in home.key.parent.glob("cscs-key*")}
