"""Our other programs, started so that they outlive us and never wait for us."""

import os
import subprocess
import sys

from alpkey.core.command import ourselves


def command(*arguments: str) -> list[str]:
    """The command line that starts Alpkey with ``arguments``."""
    return ourselves(sys.executable, getattr(sys, "frozen", False), *arguments)


class Children:
    """Starts Alpkey's other programs, and reaps those that have ended at the next start."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> None:
        self.reap()
        self._running.append(
            subprocess.Popen(
                command(*arguments),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=dict(os.environ),
                start_new_session=True,
            )
        )

    def reap(self) -> None:
        self._running = [child for child in self._running if child.poll() is None]
