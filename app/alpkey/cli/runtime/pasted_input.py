"""A pasted text on standard input: a pipe or file to its end, or a terminal until Ctrl-D."""

import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

import click

LIMIT_BYTES = 256 * 1024
_CTRL_D = b"\x04"


def read_pasted() -> bytes:
    """What was pasted, no more than LIMIT_BYTES.  At a terminal a private key is not echoed."""
    handle = sys.stdin.fileno()
    if not os.isatty(handle):
        return _read(handle)
    with _silent(handle):
        click.echo("Paste the private key and the certificate, then press Ctrl-D.", err=True)
        return _read(handle)


def _read(handle: int) -> bytes:
    content = b""
    while len(content) < LIMIT_BYTES and (chunk := os.read(handle, 4096)):
        content += chunk
        if os.isatty(handle) and _CTRL_D in chunk:
            return content.partition(_CTRL_D)[0]
    return content[:LIMIT_BYTES]


@contextmanager
def _silent(handle: int) -> Iterator[None]:
    """Without echo, and letter by letter: a terminal's own lines end at 1024 bytes on macOS."""
    before = termios.tcgetattr(handle)
    quiet = termios.tcgetattr(handle)
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(handle, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)
