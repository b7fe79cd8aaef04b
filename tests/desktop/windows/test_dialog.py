"""Return presses a dialog's default button under the platform theme of every desktop."""

import importlib
import os
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QDialog

from alpkey.desktop import windows
from alpkey.desktop.windows.dialog import Dialog

PATIENCE_S = 60
DESKTOPS = ("GNOME", "XFCE", "MATE", "X-Cinnamon", "KDE", "")
# Prints "done" if Return did what it should in every control.
PROGRAM = """
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication, QCheckBox, QComboBox, QListWidget, QPushButton, QRadioButton, QToolButton,
    QVBoxLayout,
)
from alpkey.desktop.windows.dialog import Dialog

app = QApplication([])
dialog, pressed = Dialog(), []
default, other = QPushButton("default"), QPushButton("other")
combo, rows = QComboBox(), QListWidget()
combo.addItems(["one", "two"])
rows.addItems(["one", "two"])
tick, radio, tool = QCheckBox("tick"), QRadioButton("radio"), QToolButton()
tool.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
layout = QVBoxLayout(dialog)
for widget in (tick, radio, tool, combo, rows, other, default):
    layout.addWidget(widget)
for button in (other, default):
    button.setAutoDefault(False)
    button.clicked.connect(lambda _, text=button.text(): pressed.append(text))
tool.clicked.connect(lambda: pressed.append("tool"))
default.setDefault(True)
dialog.show()
dialog.activateWindow()
assert QTest.qWaitForWindowActive(dialog, 20_000)
for widget in (tick, radio, tool, combo, rows):
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        widget.setFocus()
        QTest.keyClick(widget, key)
        assert pressed == ["default"], (type(widget).__name__, key, pressed)
        assert not (tick.isChecked() or radio.isChecked() or combo.view().isVisible())
        pressed.clear()
tick.setFocus()
QTest.keyClick(tick, Qt.Key.Key_Space)
assert tick.isChecked() and not pressed
default.setEnabled(False)
QTest.keyClick(tick, Qt.Key.Key_Return)
assert tick.isChecked() and not pressed
print("done")
"""


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    """A real display: only there does Qt load the theme of a desktop."""
    if not shutil.which("Xvfb"):
        pytest.skip("a real display needs Xvfb")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
        server.terminate()


@pytest.mark.parametrize("desktop", DESKTOPS)
def test_return_presses_the_default_button(display: str, desktop: str) -> None:
    environ = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "XDG_CURRENT_DESKTOP": desktop,
        "XDG_SESSION_TYPE": "x11",
    }
    for name in ("QT_QPA_PLATFORMTHEME", "WAYLAND_DISPLAY"):
        environ.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environ,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.stdout == "done\n", done.stderr


def test_every_dialog_has_this_base() -> None:
    for module in pkgutil.walk_packages(windows.__path__, f"{windows.__name__}."):
        importlib.import_module(module.name)
    dialogs = [kind for kind in _subclasses(QDialog) if kind.__module__.startswith("alpkey.")]
    assert len(dialogs) > 5
    assert [kind for kind in dialogs if not issubclass(kind, Dialog)] == []


def _subclasses(kind: type) -> Iterator[type]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)
