# SPDX-License-Identifier: BSD-3-Clause
"""The centre: all that the sandbox knows at a moment, changed by one thread at a time."""

from __future__ import annotations

import secrets
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pyotp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from . import faults as queue
from .account import (
    COURSE,
    Account,
    Credentials,
    Origin,
    SignInRefused,
    all_accounts,
    check_password,
    code_at,
    sign_in,
    use_code,
)
from .authority import DAY, Authority, Body, starting_now
from .issuance import BODY_FAULTS, Pair, Wanted, certificate, private_text
from .ledger import Issued, Ledger, Request
from .quota import require_a_slot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .clock import Clock
    from .faults import Fault
    from .orders import AccountOrder


API_KEY_LIFETIME = timedelta(days=180)


class Centre:
    """Clock, accounts, user CA, ledger and waiting faults, behind one lock.

    The parts are values: what is read from here stays as it was read. `account` is the one that
    the control service changes; beside it stand a guest without a password and a program.
    """

    def __init__(self, account: Account, clock: Clock) -> None:
        self.clock = clock
        self.authority = Authority()
        self._lock = threading.Lock()
        self._settled = threading.Condition()
        self._calls_in_progress = 0
        self._ending = False
        self._settling = False
        self._username = account.username
        self._accounts = {each.username: each for each in all_accounts(account)}
        self.api_key = secrets.token_urlsafe(32)
        self._api_key_ends = clock.now() + API_KEY_LIFETIME
        self._ledger = Ledger()
        self._faults: tuple[Fault, ...] = ()
        self._faults_seen = 0

    @property
    def account(self) -> Account:
        """The account as it is now."""
        return self._accounts[self._username]

    @property
    def guest(self) -> Account:
        """The account whose holder signs in at another institution."""
        return self._of_origin(Origin.INSTITUTION)

    @property
    def program(self) -> Account:
        """The service account."""
        return self._of_origin(Origin.PROGRAM)

    @property
    def ledger(self) -> Ledger:
        """The ledger as it is now."""
        return self._ledger

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults in waiting, oldest first."""
        return self._faults

    def code(self) -> str:
        """The one-time code of the moment."""
        return code_at(self.account, self.clock.now())

    def pause(self, duration_s: float) -> None:
        """Wait, but not beyond `settle` or the end of the sandbox."""
        with self._settled:
            self._settled.wait_for(lambda: self._ending or self._settling, duration_s)

    @contextmanager
    def call(self) -> Iterator[None]:
        """While a call is being answered."""
        with self._settled:
            self._calls_in_progress += 1
        try:
            yield
        finally:
            with self._settled:
                self._calls_in_progress -= 1
                self._settled.notify_all()

    def settle(self) -> None:
        """End every pause, and return once no call is being answered."""
        with self._settled:
            self._settling = True
            self._settled.notify_all()
            self._settled.wait_for(lambda: self._ending or not self._calls_in_progress)
            self._settling = False

    def end(self) -> None:
        """End every pause, now and later."""
        with self._settled:
            self._ending = True
            self._settled.notify_all()

    def issue(self, given: Credentials, service: str, fault: Fault | None) -> Pair:
        """Sign in with `given` and issue a pair, spoilt by `fault` if that is still in waiting.

        Raises AccountLocked, SignInRefused or QuotaUsedUp; then the fault waits on. The code is
        used up once the sign-in succeeds, so also where the quota then refuses.
        """
        with self._lock:
            account = self._signed_in(given)
            return self._make_pair(account, DAY, service, fault)

    def sign_in(self, given: Credentials) -> None:
        """Use up the code of a sign-in.  Raises AccountLocked or SignInRefused."""
        with self._lock:
            self._signed_in(given)

    def certify(self, username: str, wanted: Wanted, service: str, fault: Fault | None) -> Issued:
        """Issue a certificate to somebody signed in.  Raises QuotaUsedUp; then the fault waits."""
        with self._lock:
            return self._certify(self._accounts[username], wanted, service, fault)[0]

    def make_pair(
        self, username: str, validity: timedelta, service: str, fault: Fault | None
    ) -> Pair:
        """Issue a pair to somebody signed in.  Raises QuotaUsedUp; then the fault waits."""
        with self._lock:
            return self._make_pair(self._accounts[username], validity, service, fault)

    def check_password(self, username: str, password: str) -> None:
        """Return if the password is right.  Raises AccountLocked or SignInRefused."""
        check_password(self._known(username), password)

    def use_code(self, username: str, code: str) -> None:
        """Use up a one-time code.  Raises SignInRefused where it is none of the moment."""
        with self._lock:
            self._accounts[username] = use_code(self._known(username), code, self.clock.now())

    def account_of(self, username: str) -> Account | None:
        """The account of that name, if there is one."""
        return self._accounts.get(username)

    def program_with(self, api_key: str) -> Account:
        """The service account whose API key that is.  Raises SignInRefused, also once it ended."""
        right = secrets.compare_digest(api_key.encode(), self.api_key.encode())
        if right and self.clock.now() < self._api_key_ends:
            return self.program
        raise SignInRefused

    def meet(self, call: str, *, with_credentials: bool) -> tuple[Fault, ...]:
        """The faults that a call meets.

        One is spent by it at once, unless the call came without credentials, or the fault
        strikes only once the call succeeds (see `issue` and `strike`).
        """
        with self._lock:
            met = queue.met(self._faults, call, with_credentials=with_credentials)
            for fault in met:
                if with_credentials and fault.stage not in queue.ON_SUCCESS:
                    self._faults = queue.spend(self._faults, fault)
            return met

    def strike(self, fault: Fault) -> bool:
        """Spend `fault` once, unless another call spent the last of it before."""
        with self._lock:
            return self._struck(fault) is not None

    def record(self, request: Request) -> None:
        """Keep `request` in the ledger."""
        with self._lock:
            self._ledger = self._ledger.with_request(request)

    def add_fault(self, fault: Fault) -> None:
        """Put `fault` behind those in waiting."""
        with self._lock:
            self._faults_seen += 1
            self._faults = (*self._faults, replace(fault, number=self._faults_seen))

    def clear_faults(self) -> None:
        """Drop all faults in waiting."""
        with self._lock:
            self._faults = ()

    def revoke(self, serial: int, *, owner: str | None = None) -> None:
        """Revoke a certificate, so that hosts refuse it at once.

        KeyError when there is none, or none of `owner`'s where one is named.
        """
        with self._lock:
            if owner not in {None, self._ledger.find(serial).owner}:
                raise KeyError(serial)
            self._ledger = self._ledger.with_revoked(serial, self.clock.now())

    def change_account(self, order: AccountOrder) -> Account:
        """Change the account as `order` says and return it."""
        with self._lock:
            changed = _changed(self.account, order)
            course = self._accounts[COURSE]
            self._accounts |= {
                self._username: changed,
                # The same user's: one password, one authenticator, and the same quota a day.
                COURSE: replace(
                    course,
                    password=changed.password,
                    totp_secret=changed.totp_secret,
                    quota=changed.quota,
                    used_steps=changed.used_steps if order.forget_codes else course.used_steps,
                ),
            }
            return changed

    def _of_origin(self, origin: Origin) -> Account:
        return next(each for each in self._accounts.values() if each.origin is origin)

    def _known(self, username: str) -> Account:
        account = self._accounts.get(username)
        if account is None:
            raise SignInRefused
        return account

    def _signed_in(self, given: Credentials) -> Account:
        account = sign_in(self._known(given.username), given, self.clock.now())
        self._accounts[account.username] = account
        return account

    def _make_pair(
        self, account: Account, validity: timedelta, service: str, fault: Fault | None
    ) -> Pair:
        key = Ed25519PrivateKey.generate()
        wanted = Wanted(key.public_key(), validity)
        issued, kind = self._certify(account, wanted, service, fault)
        return Pair(issued, private_text(key, kind))

    def _certify(
        self, account: Account, wanted: Wanted, service: str, fault: Fault | None
    ) -> tuple[Issued, str | None]:
        """A certificate against the account's quota, and the kind of the fault that struck it."""
        now = self.clock.now()
        earlier = self._ledger.issued_to(account.username)
        require_a_slot(earlier, account.quota, now, wanted.validity)
        kind = self._struck(fault)
        body = starting_now(
            account.username,
            account.principals,
            now,
            validity=wanted.validity,
            limits=wanted.limits,
        )
        if kind and (spoil := BODY_FAULTS.get(kind)):
            body = spoil(body, now)
        line = certificate(self.authority, wanted.key, body, kind)
        issued = _entry(body, line, owner=account.username, service=service)
        self._ledger = self._ledger.with_issued(issued)
        return issued, kind

    def _struck(self, fault: Fault | None) -> str | None:
        """The kind of `fault`, now spent, unless another call spent the last of it before."""
        if fault is None or all(waiting.number != fault.number for waiting in self._faults):
            return None
        self._faults = queue.spend(self._faults, fault)
        return fault.kind


def _entry(body: Body, line: str, *, owner: str, service: str) -> Issued:
    principal = body.principals[0] if body.principals else ""
    return Issued(body.serial, principal, body.valid_after, body.valid_before, service, owner, line)


def _changed(account: Account, order: AccountOrder) -> Account:
    secret = pyotp.random_base32() if order.new_totp_secret else account.totp_secret
    fresh_codes = order.forget_codes or order.new_totp_secret
    return replace(
        account,
        password=account.password if order.password is None else order.password,
        locked=account.locked if order.locked is None else order.locked,
        principals=account.principals if order.principals is None else order.principals,
        totp_secret=secret,
        quota=account.quota if order.quota is None else order.quota[0],
        used_steps=frozenset() if fresh_codes else account.used_steps,
    )
