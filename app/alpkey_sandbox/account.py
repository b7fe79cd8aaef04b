# SPDX-License-Identifier: BSD-3-Clause
"""The accounts: who may sign in, where, with which password and which one-time codes."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

import pyotp

if TYPE_CHECKING:
    from datetime import datetime

USERNAME = re.compile(r"[a-z_][a-z0-9_-]{2,15}")
"""What the centre's own clients accept as a username."""

LONGEST_NAME = 16

DAILY_KEYS = 5
"""Certified keys a user may hold at once, by the centre's page "Using SSH"."""

STEP_S = 30
"""Length of a time step (RFC 6238, section 5.2)."""


class Origin(Enum):
    """How the holder of an account signs in."""

    CENTRE = "with a password and codes that the centre knows"
    INSTITUTION = "at the home institution: the centre knows no password"
    PROGRAM = "with an API key: it is a program's account"


class SignInRefused(Exception):
    """Username, password or code is wrong. Which of them is never shown."""


class AccountLocked(Exception):
    """The account is locked. It stays so until the control service unlocks it."""


@dataclass(frozen=True)
class Credentials:
    """What a user typed: both secrets stay out of its repr."""

    username: str
    password: str = field(repr=False)
    otp: str = field(repr=False)


@dataclass(frozen=True)
class Account:
    """One account of the centre, as it stands at a moment.

    `principals` go into its certificates; `quota` None means without limit;
    `used_steps` are the time steps whose code has been accepted already;
    `password` is empty unless the origin is the centre.
    """

    username: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)
    principals: tuple[str, ...]
    locked: bool = False
    quota: int | None = DAILY_KEYS
    used_steps: frozenset[int] = frozenset()
    origin: Origin = Origin.CENTRE


COURSE = "course_00001"
"""The second account of the user, as the centre hands them out for courses."""


def open_account(username: str, password: str) -> Account:
    """A fresh account with a new TOTP secret; ValueError when it could never sign in."""
    if not USERNAME.fullmatch(username):
        raise ValueError(f"a username is like {USERNAME.pattern}, not {username!r}")
    if not password:
        raise ValueError("the password is empty")
    return Account(username, password, pyotp.random_base32(), (username,))


def all_accounts(account: Account) -> tuple[Account, ...]:
    """`account`, and those beside it.

    A guest from another institution, a program, and a course account of the same user, which has
    the same password and authenticator.
    """
    guest = "vreni" if account.username == "erika" else "erika"
    program = f"sa-{account.username}"[:LONGEST_NAME]
    return (
        account,
        replace(account, username=COURSE, principals=(COURSE,)),
        Account(guest, "", "", (guest,), origin=Origin.INSTITUTION),
        Account(program, "", "", (program,), origin=Origin.PROGRAM),
    )


def code_at(account: Account, now: datetime) -> str:
    """The six digits that the user's authenticator shows at `now`."""
    return pyotp.TOTP(account.totp_secret).at(now)


def sign_in(account: Account, given: Credentials, now: datetime) -> Account:
    """The account after a sign-in with `given`: its code is used up.

    Raises AccountLocked, whatever the password, or SignInRefused. As at Keycloak, a code is used
    up only when everything else was right as well.
    """
    if not _same(given.username, account.username):
        raise SignInRefused
    check_password(account, given.password)
    return use_code(account, given.otp, now)


def check_password(account: Account, password: str) -> None:
    """Return if that is the password; raises AccountLocked, whatever it is, or SignInRefused."""
    if account.origin is not Origin.CENTRE:
        raise SignInRefused
    if account.locked:
        raise AccountLocked
    if not _same(password, account.password):
        raise SignInRefused


def use_code(account: Account, code: str, now: datetime) -> Account:
    """The account once `code` is used up; SignInRefused where it is none of the moment."""
    step = _step_of(code, account, now)
    if step is None:
        raise SignInRefused
    return replace(account, used_steps=account.used_steps | {step})


def _step_of(code: str, account: Account, now: datetime) -> int | None:
    """The unused time step that `code` belongs to.

    One step of tolerance either side, for clocks that differ (RFC 6238, section 5.2); a code is
    accepted once only (the same section).
    """
    totp = pyotp.TOTP(account.totp_secret)
    current = int(now.timestamp()) // STEP_S
    for step in (current, current - 1, current + 1):
        if step not in account.used_steps and _same(code, totp.generate_otp(step)):
            return step
    return None


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
