"""Children that outlive us."""

import os
import subprocess
from collections.abc import Mapping, Sequence


def start_detached(
    command: Sequence[str], environ: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Starts ``command`` in a session of its own, with nothing to read and nowhere to write.

    Raises OSError.
    """
    return subprocess.Popen(
        command,
        env=dict(os.environ if environ is None else environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
