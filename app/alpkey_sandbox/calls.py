# SPDX-License-Identifier: BSD-3-Clause
"""The calls: how each is answered, through the faults it meets, and noted in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, request

from . import answers
from .faults import Stage
from .ledger import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from .centre import Centre
    from .faults import Fault


@dataclass(frozen=True)
class Call:
    """A call to a service: what it is named in orders of faults, and what it brought along."""

    service: str
    name: str
    with_credentials: bool
    had_password: bool = False


def serve(
    centre: Centre,
    call: Call,
    true_answer: Callable[[Fault | None], Response],
    error: Callable[[int, str], Response],
) -> Response:
    """Answer `call`, and record it before the answer leaves.

    `true_answer` is the service's own; it gets the fault that spoils what it issues, if one waits.
    `error` makes an answer in the service's own error shape.
    """
    with centre.call():
        return _answer(centre, call, true_answer, error)


def _answer(
    centre: Centre,
    call: Call,
    true_answer: Callable[[Fault | None], Response],
    error: Callable[[int, str], Response],
) -> Response:
    waiting = {
        fault.stage: fault
        for fault in centre.meet(call.name, with_credentials=call.with_credentials)
    }
    if delay := waiting.get(Stage.BEFORE):
        centre.pause(_seconds(delay))
    if fault := waiting.get(Stage.INSTEAD):
        answer = answers.stand_in(fault, error)
    else:
        answer = true_answer(waiting.get(Stage.ISSUED))
        lost = waiting.get(Stage.ANSWERED)
        if lost and answer.status_code < 400 and centre.strike(lost):
            answer = answers.cut()
    record(centre, call, answer)
    if fault := waiting.get(Stage.SENDING):
        pause_s = _seconds(fault)
        return answers.drip(answer, lambda: centre.pause(pause_s))
    return answer


def record(centre: Centre, call: Call, answer: Response) -> None:
    """Keep `call` in the ledger, with the status that the client gets to see."""
    status = None if isinstance(answer, answers.Cut) else answer.status_code
    agent = request.headers.get("User-Agent")
    client_type = request.headers.get("X-Client-Type")
    now = centre.clock.now()
    centre.record(
        Request(now, call.service, call.name, status, call.had_password, agent, client_type)
    )


def _seconds(fault: Fault) -> float:
    return float(fault.value or 0)
