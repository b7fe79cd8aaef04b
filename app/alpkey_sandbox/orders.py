# SPDX-License-Identifier: BSD-3-Clause
"""The orders: what may be asked of the control service, checked before anything changes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from .clock import MOST_OFFSET_S
from .faults import CALLS, STAGES, Fault, Value, makes_sense

MOST_DELAY_S = 3600
MOST_BYTES = 2**30
HUGE_BYTES = 16 * 2**20
DRIP_S = 0.5


class InvalidOrder(ValueError):
    """The order cannot be carried out; its text says why."""


@dataclass(frozen=True)
class AccountOrder:
    """The changes wanted to the account; a field that is None stays as it is."""

    password: str | None = None
    locked: bool | None = None
    principals: tuple[str, ...] | None = None
    new_totp_secret: bool = False
    forget_codes: bool = False
    quota: tuple[int | None] | None = None


def fault_order(order: object) -> Fault:
    """The fault that `order` describes: `call`, `kind`, and if wanted `times` and `value`."""
    fields = _fields(order, {"call", "kind", "times", "value"})
    call = _one_of("call", fields.get("call"), CALLS)
    kind = _one_of("kind", fields.get("kind"), STAGES)
    if not makes_sense(call, kind):
        raise InvalidOrder(f"{call} issues nothing that {kind} could spoil")
    times = fields.get("times", 1)
    if times is not None and not (_whole(times) and times >= 1):
        raise InvalidOrder("times is a whole number from 1 on, or null for until deleted")
    return Fault(call, kind, times, VALUES.get(kind, _no_value)(fields.get("value")))


def offset_order(order: object) -> float:
    """The clock's new offset in seconds against the machine's clock."""
    offset_s = _fields(order, {"offset_s"}).get("offset_s")
    if not _number(offset_s) or abs(offset_s) > MOST_OFFSET_S:
        raise InvalidOrder(f"offset_s is a number of seconds, at most {MOST_OFFSET_S} either way")
    return offset_s


def serial_order(order: object) -> int:
    """The serial to revoke: a decimal string, or a whole number."""
    serial = _fields(order, {"serial"}).get("serial")
    if isinstance(serial, str) and serial.isascii() and serial.isdigit():
        return int(serial)
    if _whole(serial):
        return serial
    raise InvalidOrder("serial is a decimal string or a whole number")


def account_order(order: object) -> AccountOrder:
    """The changes to the account that `order` asks for, at least one."""
    fields = _fields(order, set(ACCOUNT_CHECKS))
    if not fields:
        raise InvalidOrder(f"nothing to change: give any of {_listed(ACCOUNT_CHECKS)}")
    for name, value in fields.items():
        wanted, fits = ACCOUNT_CHECKS[name]
        if not fits(value):
            raise InvalidOrder(f"{name} is {wanted}")
    principals = fields.get("principals")
    return AccountOrder(
        password=fields.get("password"),
        locked=fields.get("locked"),
        principals=None if principals is None else tuple(principals),
        new_totp_secret="totp_secret" in fields,
        forget_codes=bool(fields.get("forget_codes")),
        quota=(fields["quota"],) if "quota" in fields else None,
    )


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _no_value(value: Value) -> Value:
    if value is not None:
        raise InvalidOrder("this kind takes no value")
    return None


def _delay_s(value: Value) -> Value:
    if not _number(value) or not 0 <= value <= MOST_DELAY_S:
        raise InvalidOrder(f"the value of delay is in seconds, from 0 to {MOST_DELAY_S}")
    return value


def _drip_s(value: Value) -> Value:
    return DRIP_S if value is None else _delay_s(value)


def _status_code(value: Value) -> Value:
    if not _whole(value) or not (value == 200 or 400 <= value <= 599):
        raise InvalidOrder("the value of status is 200, or a code from 400 to 599")
    return value


def _size_bytes(value: Value) -> Value:
    if value is None:
        return HUGE_BYTES
    if not _whole(value) or not 1 <= value <= MOST_BYTES:
        raise InvalidOrder(f"the value of huge is a number of bytes, from 1 to {MOST_BYTES}")
    return value


def _url(value: Value) -> Value:
    if not isinstance(value, str) or urlsplit(value).scheme not in {"http", "https"}:
        raise InvalidOrder("the value of redirect is an http or https address")
    return value


VALUES: Mapping[str, Callable[[Value], Value]] = {
    "delay": _delay_s,
    "slow-drip": _drip_s,
    "status": _status_code,
    "huge": _size_bytes,
    "redirect": _url,
}
"""What each kind of fault makes of its value; the others take none."""

ACCOUNT_CHECKS: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "password": ("a text that is not empty", _text),
    "locked": ("true or false", lambda value: isinstance(value, bool)),
    "principals": (
        "a list of names",
        lambda value: isinstance(value, list) and all(_text(name) for name in value),
    ),
    "totp_secret": ('"new": the sandbox draws it', lambda value: value == "new"),
    "forget_codes": ("true", lambda value: value is True),
    "quota": (
        "a whole number from 0 on, or null for no limit",
        lambda value: value is None or (_whole(value) and value >= 0),
    ),
}


def _fields(order: object, known: set[str]) -> dict[str, Any]:
    if not isinstance(order, dict):
        raise InvalidOrder("the body is one JSON object")
    if strange := set(order) - known:
        raise InvalidOrder(f"unknown: {_listed(strange)}; known: {_listed(known)}")
    return order


def _one_of(name: str, value: object, known: Iterable[str]) -> str:
    if isinstance(value, str) and value in known:
        return value
    raise InvalidOrder(f"{name} is one of {_listed(known)}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
