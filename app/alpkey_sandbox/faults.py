# SPDX-License-Identifier: BSD-3-Clause
"""The faults: what goes wrong on request, for which call, and for how many times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CALLS = frozenset({"signed-key", "sign", "list", "revoke", "token", "authorize", "device", "any"})
"""What a fault may be ordered for: the SSHService's one call, three of the gateway's and three of
the OpenID provider's; `token` is that of service accounts as well."""

CERTIFYING = frozenset({"signed-key", "sign"})
"""The calls that issue certificates."""

OF_TOKENS = frozenset({"expired", "not-yet-valid", "foreign-ca", "wrong-principal"})
"""What can be wrong with a token as with a certificate, where `token` is named as the call."""

Value = float | int | str | None


class Stage(Enum):
    """When a fault strikes."""

    BEFORE = "the call waits, then goes on"
    INSTEAD = "the service is not asked: nothing is issued and no code is used up"
    ISSUED = "something is issued, and it is spoilt"
    ANSWERED = "the call did what it does, and its answer is lost"
    SENDING = "the true answer is sent badly"


ON_SUCCESS = frozenset({Stage.ISSUED, Stage.ANSWERED})
"""The stages that only a call which succeeds comes to."""

STAGES: Mapping[str, Stage] = {
    "delay": Stage.BEFORE,
    "status": Stage.INSTEAD,
    "garbage": Stage.INSTEAD,
    "html": Stage.INSTEAD,
    "empty-object": Stage.INSTEAD,
    "huge": Stage.INSTEAD,
    "redirect": Stage.INSTEAD,
    "cut-before": Stage.INSTEAD,
    "retired": Stage.INSTEAD,
    "slow-drip": Stage.SENDING,
    "cut-after": Stage.ANSWERED,
    "mismatched-pair": Stage.ISSUED,
    "wrong-principal": Stage.ISSUED,
    "expired": Stage.ISSUED,
    "not-yet-valid": Stage.ISSUED,
    "foreign-ca": Stage.ISSUED,
    "host-certificate": Stage.ISSUED,
    "plain-key": Stage.ISSUED,
    "no-newline": Stage.ISSUED,
}


@dataclass(frozen=True)
class Fault:
    """A fault in waiting; `times` None lasts until deleted, `number` distinguishes equal ones."""

    call: str
    kind: str
    times: int | None = 1
    value: Value = None
    number: int = 0

    @property
    def stage(self) -> Stage:
        """When it strikes."""
        return STAGES[self.kind]

    def fits(self, call: str, *, with_credentials: bool) -> bool:
        """Whether `call` meets it: what needs a success leaves calls without credentials alone."""
        if self.stage in ON_SUCCESS and not with_credentials:
            return False
        if self.call == "any":
            return self.stage is not Stage.ISSUED or call in CERTIFYING
        return self.call == call


def makes_sense(call: str, kind: str) -> bool:
    """Whether `call` can meet a fault of `kind`: only what is issued can be spoilt."""
    if STAGES[kind] is not Stage.ISSUED or call == "any":
        return True
    return call in CERTIFYING or (call == "token" and kind in OF_TOKENS)


def met(faults: Sequence[Fault], call: str, *, with_credentials: bool) -> tuple[Fault, ...]:
    """The faults that `call` meets: the oldest that fits, and behind a delay the next as well."""
    fitting = [fault for fault in faults if fault.fits(call, with_credentials=with_credentials)]
    behind = [fault for fault in fitting if fault.stage is not Stage.BEFORE]
    if fitting and fitting[0].stage is Stage.BEFORE:
        return (fitting[0], *behind[:1])
    return tuple(fitting[:1])


def spend(faults: Sequence[Fault], struck: Fault) -> tuple[Fault, ...]:
    """`faults` after `struck` struck once: it goes when its times are up."""
    return tuple(
        left
        for fault in faults
        if (left := _less(fault) if fault.number == struck.number else fault) is not None
    )


def _less(fault: Fault) -> Fault | None:
    if fault.times is None:
        return fault
    return replace(fault, times=fault.times - 1) if fault.times > 1 else None
