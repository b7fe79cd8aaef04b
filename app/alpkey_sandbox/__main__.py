# SPDX-License-Identifier: BSD-3-Clause
"""The command: `python -m alpkey_sandbox` runs a sandbox, `… otp` prints its code of the moment."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

import pyotp

from .description import Description, read
from .sandbox import PASSWORD, USERNAME, Sandbox, SandboxError

if TYPE_CHECKING:
    from collections.abc import Sequence

ENDINGS = (signal.SIGTERM, signal.SIGINT)
TIMEOUT_S = 5


def main(argv: Sequence[str] | None = None) -> int:
    """Do what `argv` (else the command line) asks for; the exit status, 1 with words on stderr."""
    parser = _parser()
    asked = parser.parse_args(argv)
    if asked.command == "otp" and asked.dir is None:
        parser.error("otp needs --dir")
    try:
        return print_code(asked.dir) if asked.command == "otp" else run(asked)
    except SandboxError as problem:
        sys.stderr.write(f"sandbox: {problem}\n")
        return 1


def run(asked: argparse.Namespace) -> int:
    """Run a sandbox until SIGTERM or Ctrl-C."""
    # Held back before any thread starts, so that they reach none of them, and a signal during
    # the start is answered after it.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    try:
        sandbox = Sandbox(
            asked.dir or tempfile.mkdtemp(prefix="alpkey-sandbox-"),
            username=asked.username,
            password=_password(asked),
            port=asked.port,
        )
    except ValueError as problem:
        raise SandboxError(str(problem)) from problem
    with sandbox:
        sys.stdout.write(f"Sandbox ready: {sandbox.directory / 'sandbox.json'}\n")
        sys.stdout.flush()
        signal.sigwait(ENDINGS)
    return 0


def print_code(directory: Path) -> int:
    """Print the code of the moment of the sandbox in `directory`, by its own clock."""
    try:
        sandbox = read(directory)
        now = _now_of(sandbox)
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise SandboxError(f"no sandbox is running in {directory}: {_reason(problem)}") from problem
    sys.stdout.write(f"{pyotp.TOTP(sandbox.totp_secret).at(now)}\n")
    return 0


def _now_of(sandbox: Description) -> datetime:
    with urlopen(f"{sandbox.control_url}/state", timeout=TIMEOUT_S) as answer:  # noqa: S310
        return datetime.fromisoformat(json.load(answer)["now"])


def _reason(problem: Exception) -> str:
    cause = problem.reason if isinstance(problem, URLError) else problem
    return str(getattr(cause, "strerror", None) or cause)


def _password(asked: argparse.Namespace) -> str:
    if asked.password_file is None:
        return str(asked.password)
    try:
        text: str = asked.password_file.read_text(encoding="utf-8")
    except OSError as problem:
        raise SandboxError(f"{problem.strerror}: {asked.password_file}") from problem
    return text.removesuffix("\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="alpkey sandbox",
        description="A centre on this machine: key services, sign-in and SSH hosts on loopback.",
        epilog="Example: alpkey sandbox --dir /tmp/centre   then, elsewhere: "
        "alpkey sandbox otp --dir /tmp/centre",
    )
    parser.add_argument(
        "command", nargs="?", choices=["otp"], help="print the one-time code of the moment"
    )
    parser.add_argument("--dir", type=Path, metavar="DIR", help="where it keeps its files")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="port of the service")
    parser.add_argument("--username", default=USERNAME, metavar="U")
    password = parser.add_mutually_exclusive_group()
    password.add_argument("--password", default=PASSWORD, metavar="P")
    password.add_argument("--password-file", type=Path, metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
