"""A real message bus for tests."""

import shutil
import subprocess
from pathlib import Path

import pytest

# A bus that starts no service by itself, whatever this machine has installed: what is absent stays
# absent.
CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class MessageBus:
    """A running dbus-daemon that listens at ``address``, below ``folder``."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("dbus-daemon") is None:
            pytest.skip("a message bus needs dbus-daemon")
        folder.mkdir(parents=True, exist_ok=True)
        configuration = folder / "bus.conf"
        configuration.write_text(CONFIGURATION.format(path=folder / "bus"))
        self._daemon = subprocess.Popen(
            ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._daemon.stdout
        with self._daemon.stdout as told:
            self.address = told.readline().strip()

    def close(self) -> None:
        self._daemon.kill()
        self._daemon.wait()
