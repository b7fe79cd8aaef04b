"""What an action tells while it runs, and how each event looks as one JSON line.

An action is a generator.  It yields events, and it gets the answer to a question where it yields
:class:`Await`.  What it returns becomes ``done``, what it raises becomes ``failed``.
"""

from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from alpkey.core.background_call import BackgroundCall
from alpkey.core.errors import AlpkeyError, Param
from alpkey.core.messages.describe import error_object
from alpkey.core.secret import Secret

VERSION = 1
LINE_LIMIT_BYTES = 64 * 1024

FieldKind = Literal["text", "secret", "otp", "choice", "confirm"]
Result = dict[str, Any]
Answer = Mapping[str, str | Secret | bool]

# The reply to an Await whose ``news`` came before an answer did; compared by identity.
NOT_YET: Answer = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to ask for.  ``value`` is what is known already; it is never a secret.

    ``kept`` where the keychain has it: it need not be typed, and never comes along.
    ``choices`` are the answers that a ``choice`` takes.
    """

    name: str
    kind: FieldKind
    kept: bool = False
    value: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Something was reached; ``id`` is its code in :mod:`words`."""

    id: str
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, shown at once.  The action goes on until it yields :class:`Await`."""

    number: int
    fields: tuple[Field, ...]
    error: AlpkeyError | None = None


@dataclass(frozen=True, slots=True)
class Await:
    """The action now needs the answer to ``ask``; this is never written to a line.

    Where ``news`` comes first the reply is NOT_YET, and the question may come again, changed.
    """

    ask: Ask
    news: BackgroundCall[object] | None = None


@dataclass(frozen=True, slots=True)
class Warn:
    """Worth saying, but the action goes on."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Show:
    """A page to sign in at, in this computer's browser or on another device.

    For a device ``url`` holds the code already, and ``short_url`` wants ``user_code`` typed;
    ``qr`` is ``url`` as rows of 0 and 1, to be scanned.  For a browser ``short_url`` leads to
    ``url`` once: it is the one to hand to another program, whose arguments every user can read.
    """

    kind: Literal["browser", "device"]
    url: str
    user_code: str | None = None
    short_url: str | None = None
    qr: tuple[str, ...] = ()


Shown = Step | Ask | Warn | Show
Event = Shown | Await
Action = Generator[Event, Answer, Result]


def as_object(event: Shown) -> dict[str, Any]:
    """The event as a JSON object of the contract."""
    match event:
        case Step(id=step, params=params):
            return {"event": "step", "id": step, "params": dict(params)}
        case Warn(code=code, params=params):
            return {"event": "warn", "code": code, "params": dict(params)}
        case Show():
            return {"event": "show", **asdict(event)}
        case Ask(number=number, fields=fields, error=error):
            return {
                "event": "ask",
                "ask": number,
                "fields": [_field_object(asked) for asked in fields],
                "error": error_object(error) if error else None,
            }


def _field_object(asked: Field) -> dict[str, Any]:
    row = asdict(asked)
    if not asked.choices:
        del row["choices"]
    return row
