"""The events of a running action, and each event as a JSON object.

An action is a generator.  It yields events, and is sent the answer to a question where it yields
:class:`Await`.  What it returns becomes ``done``, what it raises becomes ``failed``.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple, NotRequired, TypedDict, TypeVar

from alpkey.core.background_call import BackgroundCall
from alpkey.core.errors import AlpkeyError, ErrorObject, Param
from alpkey.core.messages.describe_error import error_object
from alpkey.core.secret import Secret

VERSION = 1
LINE_LIMIT_BYTES = 64 * 1024

FieldKind = Literal["text", "secret", "otp", "choice", "confirm"]
Answer = Mapping[str, str | Secret | bool]

# The reply to an Await whose ``news`` came before an answer; compared by identity.
NOT_YET: Answer = MappingProxyType({})


class Field(NamedTuple):
    """One thing to ask for.  ``value`` is what is known already; it is never a secret.

    ``kept``: it is saved in the keychain, need not be typed and is never part of the event.
    ``choices`` are the answers that a ``choice`` takes.
    """

    name: str
    kind: FieldKind
    kept: bool = False
    value: str | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """The action got this far; ``id`` is a key of ``messages.STEPS``."""

    id: str
    params: Mapping[str, Param] = field(default_factory=dict)


class Ask(NamedTuple):
    """A question, shown at once.  The action goes on until it yields :class:`Await`.

    An ``offer`` is not needed for the work: where no one can answer, the answer is empty.
    """

    number: int
    fields: tuple[Field, ...]
    error: AlpkeyError | None = None
    offer: bool = False


class Await(NamedTuple):
    """The action now needs the answer to ``ask``; this is never written as JSON.

    If ``news`` ends first the reply is NOT_YET, and the question may come again, changed.
    """

    ask: Ask
    news: BackgroundCall[object] | None = None


@dataclass(frozen=True, slots=True)
class Warn:
    """A warning; the action goes on."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)


class Show(NamedTuple):
    """A page to sign in at, in this computer's browser or on another device.

    For a device ``url`` contains the code, and at ``short_url`` the user types ``user_code``;
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
R = TypeVar("R")
Action = Generator[Event, Answer, R]


class FieldObject(TypedDict):
    """A :class:`Field` of an ``ask`` event."""

    name: str
    kind: FieldKind
    kept: bool
    value: str | None
    choices: NotRequired[list[str]]


class StepObject(TypedDict):
    event: Literal["step"]
    id: str
    params: Mapping[str, Param]


class AskObject(TypedDict):
    """``ask`` is the number that the answer has to name."""

    event: Literal["ask"]
    ask: int
    fields: list[FieldObject]
    error: ErrorObject | None


class WarnObject(TypedDict):
    event: Literal["warn"]
    code: str
    params: Mapping[str, Param]


class ShowObject(TypedDict):
    event: Literal["show"]
    kind: Literal["browser", "device"]
    url: str
    user_code: str | None
    short_url: str | None
    qr: Sequence[str]


EventObject = StepObject | AskObject | WarnObject | ShowObject


def as_object(event: Shown) -> EventObject:
    """The event as a JSON object of the contract."""
    match event:
        case Step(id=step, params=params):
            return {"event": "step", "id": step, "params": dict(params)}
        case Warn(code=code, params=params):
            return {"event": "warn", "code": code, "params": dict(params)}
        case Show():
            return {
                "event": "show",
                "kind": event.kind,
                "url": event.url,
                "user_code": event.user_code,
                "short_url": event.short_url,
                "qr": event.qr,
            }
        case Ask(number=number, fields=fields, error=error):
            return {
                "event": "ask",
                "ask": number,
                "fields": [_field_object(wanted) for wanted in fields],
                "error": error_object(error) if error else None,
            }


def _field_object(wanted: Field) -> FieldObject:
    row: FieldObject = {
        "name": wanted.name,
        "kind": wanted.kind,
        "kept": wanted.kept,
        "value": wanted.value,
    }
    if wanted.choices:
        row["choices"] = list(wanted.choices)
    return row
