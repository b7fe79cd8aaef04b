"""A command as a single program, for callers that accept no argument list."""

import os
import shlex
from collections.abc import Sequence


def command_file(command: Sequence[str]) -> str:
    """The path of a private script that removes itself and execs ``command``."""
    import tempfile  # which only few commands need

    handle, path = tempfile.mkstemp(suffix=".command", prefix="alpkey-")
    with os.fdopen(handle, "w") as file:
        file.write(f'#!/bin/sh\nrm -f -- "$0"\nexec {shlex.join(command)}\n')
        os.fchmod(file.fileno(), 0o700)
    return path
