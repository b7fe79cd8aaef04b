"""``make gallery``: the tray on a real desk, its menu open above the panel, the dialog beside it.

Usage: python -m tests.desk_picture FILE
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alpkey_sandbox.sandbox import Sandbox
from tests.centre import Centre, Home, prepared_home
from tests.e2e.accessible import Screen
from tests.e2e.desk import PANEL_ICON, Desk, desk
from tests.e2e.tray_item import find_item
from tests.e2e.waiting import until

TITLE = "DEMO - Renew CSCS key"

# Takes the whole screen, then cuts out the part where everything happens.
GRAB = """
import sys
from PySide6.QtGui import QColor, QGuiApplication
app = QGuiApplication([])
picture = app.primaryScreen().grabWindow(0)
picture.copy(*map(int, sys.argv[2:])).save(sys.argv[1])
"""

WALLPAPER = """
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication([])
wall = QWidget(None, Qt.WindowType.X11BypassWindowManagerHint)
wall.setStyleSheet("background: #5d7a94")
wall.setGeometry(0, 0, 1280, 767)
wall.show()
wall.lower()
app.exec()
"""


def main(file: Path) -> None:
    """Writes the picture."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with Sandbox(folder / "centre") as sandbox, desk(folder / "desk") as running:
            home = prepared_home(Centre(sandbox), folder)
            home.environ |= {**running.environ, "QT_QPA_PLATFORM": "xcb"}
            assert home.renew()[0] == 0
            wallpaper = [sys.executable, "-c", WALLPAPER]
            with (
                subprocess.Popen(wallpaper, env=home.environ) as wall,
                subprocess.Popen(home.command(), env=home.environ) as tray,
            ):
                try:
                    _take(running, home, file)
                finally:
                    tray.terminate()
                    wall.terminate()


def _take(running: Desk, home: Home, file: Path) -> None:
    item = find_item(running.bus)
    until(lambda: "until" in item.tooltip(), "the tray's tooltip")
    screen = Screen(running)
    item.activate()
    window = screen.window(TITLE)
    window.named("Renew anyway").press()
    window.named("One-time code")
    running.move(TITLE, 420, 360)
    before = running.windows()
    running.click(*PANEL_ICON, button=3)
    until(lambda: running.windows() > before, "the open menu")
    command = [sys.executable, "-c", GRAB, str(file), "0", "330", "850", "470"]
    subprocess.run(command, env=home.environ, check=True)
    screen.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
