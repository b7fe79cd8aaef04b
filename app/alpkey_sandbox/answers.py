# SPDX-License-Identifier: BSD-3-Clause
"""The answers of trouble: what a fault sends in place of the service's answer, or does to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from .web import AnswerCut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .faults import Fault, Value

JSON = "application/json"
PIECE_BYTES = 65_536

MAINTENANCE = """<!DOCTYPE html>
<html><head><title>Maintenance</title></head>
<body><h1>Scheduled maintenance</h1><p>"The service" will be back soon.</p></body></html>
"""
RETIRED = """<!DOCTYPE html>
<html><head><title>Gone</title></head>
<body><h1>SSHService has been retired</h1><p>Please use the new service.</p></body></html>
"""


class Cut(Response):
    """No answer at all: the connection is closed."""


def cut() -> Cut:
    """An answer that is none."""
    return Cut(_abort())


def drip(answer: Response, pause: Callable[[], None]) -> Response:
    """`answer` byte by byte with a `pause` before each but the first."""
    body = answer.get_data()
    slow = Response(_one_by_one(body, pause), answer.status_code, mimetype=answer.mimetype)
    slow.content_length = len(body)
    return slow


def stand_in(fault: Fault, error: Callable[[int, str], Response]) -> Response:
    """The answer that `fault`, which strikes instead of the service, gives.

    `error` makes an answer in the service's own error shape.
    """
    if fault.kind == "status":
        status = int(str(fault.value))
        return error(status, f"the sandbox was asked to answer {status}")
    return STAND_INS[fault.kind](fault.value)


def _garbage(_value: Value) -> Response:
    return Response(b'{"public": \xff\xfe\x00 <<< }', mimetype=JSON)


def _html(_value: Value) -> Response:
    return Response(MAINTENANCE, mimetype="text/html")


def _empty_object(_value: Value) -> Response:
    return Response("{}", mimetype=JSON)


def _huge(value: Value) -> Response:
    return Response(_filler(int(str(value))), mimetype=JSON)


def _redirect(value: Value) -> Response:
    # 307, as it makes a client that follows send the password along.
    return Response("", 307, {"Location": str(value)})


def _cut_before(_value: Value) -> Response:
    return cut()


def _retired(_value: Value) -> Response:
    return Response(RETIRED, 410, mimetype="text/html")


STAND_INS: Mapping[str, Callable[[Value], Response]] = {
    "garbage": _garbage,
    "html": _html,
    "empty-object": _empty_object,
    "huge": _huge,
    "redirect": _redirect,
    "cut-before": _cut_before,
    "retired": _retired,
}


def _abort() -> Iterator[bytes]:
    """Cut the answer when the server asks for its first bytes: not before, as in a generator."""
    yield from ()
    raise AnswerCut


def _one_by_one(body: bytes, pause: Callable[[], None]) -> Iterator[bytes]:
    yield body[:1]
    for place in range(1, len(body)):
        pause()
        yield body[place : place + 1]


def _filler(size_bytes: int) -> Iterator[bytes]:
    """A well-formed JSON object of `size_bytes` or a few more, whose end only a full read meets."""
    yield b'{"public": "'
    for _ in range(size_bytes // PIECE_BYTES):
        yield b"A" * PIECE_BYTES
    yield b"A" * (size_bytes % PIECE_BYTES)
    yield b'", "private": ""}'
