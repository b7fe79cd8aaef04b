# SPDX-License-Identifier: BSD-3-Clause
"""The realm: who is signed in, and the codes and tokens that stand for it."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from .records import Attempt, Code, DeviceRequest, Refresh, Session

if TYPE_CHECKING:
    from alpkey_sandbox.clock import Clock

SESSION_LIFETIME = timedelta(hours=24)
ATTEMPT_LIFETIME = timedelta(minutes=10)
SLOWER_BY = timedelta(seconds=5)
"""What `slow_down` adds to the interval, for good (RFC 8628, section 3.5)."""


class Realm:
    """Sessions, and what leads to them, behind one lock. Nothing outlives the process."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._attempts: dict[str, Attempt] = {}
        self._codes: dict[str, Code] = {}
        self._refreshes: dict[str, Refresh] = {}
        self._devices: dict[str, DeviceRequest] = {}

    def open_session(
        self, username: str, how: tuple[str, ...], lifetime: timedelta = SESSION_LIFETIME
    ) -> Session:
        """Sign `username` in; `how` are the methods by their names in RFC 8176."""
        now = self.clock.now()
        session = Session(secrets.token_urlsafe(24), username, how, now, now + lifetime)
        with self._lock:
            self._sessions[session.id] = session
        return session

    def session(self, session_id: str) -> Session | None:
        """The session of that id while it lives."""
        session = self._sessions.get(session_id)
        return session if session and self.clock.now() < session.ends else None

    def end_session(self, session_id: str) -> None:
        """Sign out: every token of the session is worth nothing from now on."""
        with self._lock:
            self._sessions.pop(session_id, None)

    def begin_attempt(self, onward: str) -> Attempt:
        """Begin a sign-in by page that leads on to the path `onward`."""
        ends = self.clock.now() + ATTEMPT_LIFETIME
        attempt = Attempt(secrets.token_urlsafe(16), onward, ends)
        return self._kept(attempt)

    def attempt(self, attempt_id: str) -> Attempt | None:
        """The sign-in of that id while it may go on."""
        attempt = self._attempts.get(attempt_id)
        return attempt if attempt and self.clock.now() < attempt.ends else None

    def password_was_right(self, attempt: Attempt, username: str) -> Attempt:
        """Take `attempt` to its second page."""
        return self._kept(replace(attempt, username=username))

    def end_attempt(self, attempt: Attempt) -> None:
        """Forget `attempt`: it led on, or was given up."""
        with self._lock:
            self._attempts.pop(attempt.id, None)

    def add_code(self, code: Code) -> None:
        """Keep an authorization code until it is used."""
        with self._lock:
            self._codes[code.code] = code

    def use_code(self, code: str, client_id: str) -> Code | None:
        """The code while it lives, once. A second use ends the session it led to.

        RFC 6749, section 4.1.2: tokens issued for a code that is used again should be revoked.
        """
        with self._lock:
            found = self._codes.get(code)
            if found is None or found.client_id != client_id:
                return None
            if found.used:
                self._sessions.pop(found.session.id, None)
                return None
            self._codes[code] = replace(found, used=True)
        return found if self.clock.now() < found.ends else None

    def add_refresh(self, refresh: Refresh) -> None:
        """Keep a refresh token until it is used."""
        with self._lock:
            self._refreshes[refresh.token] = refresh

    def refresh(self, token: str) -> Refresh | None:
        """The refresh token, while unused and its session lives.

        One that was used before ends the session: somebody else may hold it (RFC 9700, section
        4.14.2).
        """
        found = self._refreshes.get(token)
        if found is None or self.session(found.session.id) is None:
            return None
        if found.used:
            self.end_session(found.session.id)
            return None
        return found

    def use_refresh(self, refresh: Refresh) -> bool:
        """Use up a refresh token; whether it was unused before."""
        with self._lock:
            fresh = not self._refreshes[refresh.token].used
            self._refreshes[refresh.token] = replace(refresh, used=True)
        return fresh

    def add_device(self, device: DeviceRequest) -> None:
        """Keep a device's request until it is answered and fetched."""
        with self._lock:
            self._devices[device.device_code] = device

    def device(self, device_code: str) -> DeviceRequest | None:
        """The request behind a device code; an expired one says so itself."""
        return self._devices.get(device_code)

    def device_shown(self, user_code: str) -> DeviceRequest | None:
        """The request behind a user code while a user may still answer it.

        Case and whatever stands between the letters do not matter (RFC 8628, section 6.1).
        """
        wanted = _letters(user_code)
        waiting = (device for device in self._devices.values() if device.is_open(self.clock.now()))
        return next((device for device in waiting if _letters(device.user_code) == wanted), None)

    def answer_device(self, device: DeviceRequest, session: Session, *, allowed: bool) -> None:
        """Keep a user's answer for the device to fetch."""
        with self._lock:
            self._devices[device.device_code] = replace(device, session=session, allowed=allowed)

    def fetch_answer(self, device_code: str) -> DeviceRequest | None:
        """The request once it is answered, to be fetched once."""
        with self._lock:
            found = self._devices.get(device_code)
            if found is None or found.session is None:
                return None
            return self._devices.pop(device_code)

    def polled_too_soon(self, device_code: str) -> bool:
        """Note that the device asked; whether it did so before its interval was over."""
        now = self.clock.now()
        with self._lock:
            device = self._devices[device_code]
            hasty = device.polled_at is not None and now < device.polled_at + device.interval
            interval = device.interval + SLOWER_BY if hasty else device.interval
            self._devices[device_code] = replace(device, polled_at=now, interval=interval)
        return hasty

    def _kept(self, attempt: Attempt) -> Attempt:
        with self._lock:
            self._attempts[attempt.id] = attempt
        return attempt


def _letters(user_code: str) -> str:
    return "".join(letter for letter in user_code.upper() if letter.isalnum())
