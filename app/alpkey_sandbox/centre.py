# SPDX-License-Identifier: BSD-3-Clause
"""The centre: all that the sandbox knows at a moment, changed by one thread at a time."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pyotp

from . import faults as queue
from .account import Account, Credentials, code_at, sign_in
from .authority import Authority, Body, day_long
from .issuance import BODY_FAULTS, Pair, issue
from .ledger import Issued, Ledger, Request
from .quota import require_a_slot

if TYPE_CHECKING:
    from .clock import Clock
    from .faults import Fault
    from .orders import AccountOrder


class Centre:
    """Clock, account, user CA, ledger and waiting faults, behind one lock.

    The parts are values: what is read from here stays as it was read.
    """

    def __init__(self, account: Account, clock: Clock) -> None:
        self.clock = clock
        self.authority = Authority()
        self.ending = threading.Event()
        self._lock = threading.Lock()
        self._account = account
        self._ledger = Ledger()
        self._faults: tuple[Fault, ...] = ()
        self._faults_seen = 0

    @property
    def account(self) -> Account:
        """The account as it is now."""
        return self._account

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
        return code_at(self._account, self.clock.now())

    def pause(self, duration_s: float) -> None:
        """Wait, but no longer than the sandbox lives."""
        self.ending.wait(duration_s)

    def issue(self, given: Credentials, service: str, fault: Fault | None) -> Pair:
        """Sign in with `given` and issue a pair, spoilt by `fault` if that is still in waiting.

        Raises AccountLocked, SignInRefused or QuotaUsedUp; then the fault waits on. The code is
        used up once the sign-in succeeds, so also where the quota then refuses.
        """
        with self._lock:
            now = self.clock.now()
            self._account = sign_in(self._account, given, now)
            require_a_slot(self._ledger.issued, self._account.quota, now)
            kind = self._struck(fault)
            body = day_long(self._account.username, self._account.principals, now)
            if kind and (spoil := BODY_FAULTS.get(kind)):
                body = spoil(body, now)
            self._ledger = self._ledger.with_issued(_entry(body, service))
        return issue(self.authority, body, kind)

    def meet(self, call: str, *, with_credentials: bool) -> tuple[Fault, ...]:
        """The faults that a call meets.

        One is spent by it at once, unless the call came without credentials, or the fault
        strikes only when something is issued (see `issue`).
        """
        with self._lock:
            met = queue.met(self._faults, call, with_credentials=with_credentials)
            for fault in met:
                if with_credentials and fault.stage is not queue.Stage.ISSUED:
                    self._faults = queue.spend(self._faults, fault)
            return met

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

    def revoke(self, serial: int) -> None:
        """Revoke a certificate, so that hosts refuse it at once; KeyError when there is none."""
        with self._lock:
            self._ledger = self._ledger.with_revoked(serial)

    def change_account(self, order: AccountOrder) -> Account:
        """Change the account as `order` says and return it."""
        with self._lock:
            self._account = _changed(self._account, order)
            return self._account

    def _struck(self, fault: Fault | None) -> str | None:
        """The kind of `fault`, now spent, unless another call spent the last of it before."""
        if fault is None or all(waiting.number != fault.number for waiting in self._faults):
            return None
        self._faults = queue.spend(self._faults, fault)
        return fault.kind


def _entry(body: Body, service: str) -> Issued:
    principal = body.principals[0] if body.principals else ""
    return Issued(body.serial, principal, body.valid_after, body.valid_before, service)


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
