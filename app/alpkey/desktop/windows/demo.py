"""The demo's helper: the credentials of the sandbox, and a button that fills them in."""

import json
import os
from pathlib import Path
from typing import Any

from PySide6.QtCore import QProcess, QTimer
from PySide6.QtWidgets import QFormLayout, QVBoxLayout

from alpkey.core.paths import Paths
from alpkey.core.runtime_folder import WINDOW
from alpkey.desktop.child.launch import command
from alpkey.desktop.instance import send
from alpkey.desktop.windows.dialog import Dialog
from alpkey.desktop.windows.widgets import GRID_PX, button, heading, words_label
from alpkey.runtime_folder import RuntimeFolder

CODE_EVERY_MS = 3000
HELP = "Alpkey's windows ask for what is shown here. Fill in types it into the open one."


class DemoHelper(Dialog):
    """Shows what a user would know, and the code that their phone would show."""

    def __init__(self, paths: Paths) -> None:
        super().__init__()
        self._paths = paths
        self._file = Path(os.environ["ALPKEY_DEMO"])
        self._facts: dict[str, Any] = json.loads(self._file.read_text())
        self.setWindowTitle("DEMO - the account")
        self._code = words_label("code", "\N{HORIZONTAL ELLIPSIS}")
        form = QFormLayout()
        form.addRow("Username:", words_label("username", self._facts["username"]))
        form.addRow("Password:", words_label("password", self._facts["password"]))
        form.addRow("One-time code:", self._code)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.addWidget(heading("heading", "The demo's account"))
        layout.addWidget(words_label("help", HELP))
        layout.addLayout(form)
        layout.addWidget(button("&Fill in", self._fill, "fill"))
        layout.addWidget(button("&End the demo", self.close, "end"))
        self._process = QProcess(self)
        self._process.finished.connect(self._show_code)
        timer = QTimer(self)
        timer.timeout.connect(self._ask_code)
        timer.start(CODE_EVERY_MS)
        self._ask_code()

    def _ask_code(self) -> None:
        if self._process.state() is QProcess.ProcessState.NotRunning:
            program, *arguments = command("sandbox", "otp", "--dir", str(self._file.parent))
            self._process.start(program, arguments)

    def _show_code(self) -> None:
        code = bytes(self._process.readAllStandardOutput().data()).decode()
        self._code.setText(code.strip())

    def _fill(self) -> None:
        values = {name: self._facts[name] for name in ("username", "password")}
        window = RuntimeFolder(self._paths.runtime).place(WINDOW)
        send(window, fill={**values, "otp": self._code.text()})
