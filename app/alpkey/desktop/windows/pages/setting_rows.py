"""The rows of the settings' page: label and hint at the left, the control at the right."""

import os
import sys
from collections.abc import Callable

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.errors import Cancelled, ErrorObject
from alpkey.core.messages import settings as settings_messages
from alpkey.core.results.desktop import AutostartResult
from alpkey.core.results.signin import ForgottenPasswordResult
from alpkey.core.settings.policy import Chosen
from alpkey.core.settings.settings import Setting
from alpkey.desktop.child.command_tracker import CommandTracker
from alpkey.desktop.windows.pages.setting_controls import ClustersControl, LineControl, control_for
from alpkey.desktop.windows.widgets import GRID_PX

LINE_WIDTH_PX = 24 * GRID_PX


class Row(QWidget):
    """A label, a hint and the error of the last change, beside ``control``."""

    def __init__(self, key: str, label: str, control: QWidget) -> None:
        super().__init__()
        self._control = control
        self.setObjectName(f"row-{key}")
        control.setObjectName(key)
        control.setAccessibleName(label)
        self.label = QLabel(label)
        self.help = _hint(f"help-{key}")
        self.error = _hint(f"error-{key}")
        self.error.hide()
        texts = QVBoxLayout()
        texts.setSpacing(0)
        for text in (self.label, self.help, self.error):
            texts.addWidget(text)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID_PX)
        row.addLayout(texts, 1)
        row.addWidget(control, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops in the row."""
        return [self._control]

    def matches(self, search: str) -> bool:
        """Whether each word of ``search`` stands in the row."""
        text = f"{self.label.text().replace('&', '')} {self.help.text()} {self.objectName()}"
        return all(word in text.casefold() for word in search.casefold().split())

    def show_error(self, text: str) -> None:
        """Show what came of the last change below the hint; an empty text hides it."""
        self.error.setText(text)
        self.error.setVisible(bool(text))


class SettingRow(Row):
    """The row of a declared setting."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.control = control_for(setting.kind)
        super().__init__(setting.key, setting.label, self.control)
        if isinstance(self.control, LineControl):
            self.control.setFixedWidth(LINE_WIDTH_PX)
        # The letter of a label clicks a box that is its buddy: clusters have letters of their own.
        if not isinstance(self.control, ClustersControl):
            self.label.setBuddy(self.control)

    @property
    def stops(self) -> list[QWidget]:
        return (
            list(self.control.boxes) if isinstance(self.control, ClustersControl) else super().stops
        )

    def apply(self, chosen: Chosen) -> None:
        """Show the value in force; a locked one can be read but not changed."""
        locked = chosen.is_locked(self.setting.key)
        value = getattr(chosen.settings, self.setting.key)
        self.control.show_text(self.setting.kind.text(value))
        for part in (self.label, self.control):
            part.setEnabled(not locked)
        managed = f" ({settings_messages.MANAGED})" if locked else ""
        text = " ".join(filter(None, (self.setting.help + managed, self._missing())))
        self.help.setText(text)
        self.control.setAccessibleDescription(text)

    def show_error(self, text: str) -> None:
        """Show the error; what was typed stays, to be corrected."""
        super().show_error(text)
        if text and isinstance(self.control, LineControl):
            self.control.setModified(True)

    def _missing(self) -> str | None:
        """What the setting would need and this computer lacks, shown before it is switched on."""
        missing, find = self.setting.lacks, QStandardPaths.findExecutable
        return missing(os.environ, sys.platform, find) if missing else None


class AutostartRow(Row):
    """Whether the tray starts at login.  No setting of the file: ``alpkey autostart`` does it."""

    def __init__(self, command: Callable[..., list[str]]) -> None:
        self.control = QCheckBox()
        self._is_on = False
        super().__init__("autostart", settings_messages.AUTOSTART, self.control)
        self.commands = CommandTracker(command, self)
        self.help.setText(settings_messages.AUTOSTART_HELP)
        self.label.setBuddy(self.control)
        self.control.setAccessibleDescription(settings_messages.AUTOSTART_HELP)
        self.control.setEnabled(False)
        self.control.clicked.connect(self._switch)
        self._switches = False

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        """Ask what is in force, as another program may have changed it."""
        super().showEvent(event)
        if self.commands.is_idle:
            self._run("status")

    def stop(self) -> None:
        """Cancel the question what is in force; a change is finished first."""
        if not self._switches:
            self.commands.stop()

    def _switch(self, on: bool) -> None:
        self._switches = True
        self._run("on" if on else "off")

    def _run(self, what: str) -> None:
        self.commands.run(self._apply, self._fail, "autostart", what, "--events")

    def _apply(self, result: AutostartResult) -> None:
        self._switches = False
        self.control.setEnabled(True)
        self._is_on = result["on"]
        self.control.setChecked(self._is_on)
        self.show_error("")

    def _fail(self, error: ErrorObject) -> None:
        """Show why, and what was in force before the click."""
        self._switches = False
        self.control.setChecked(self._is_on)
        if error["code"] != Cancelled.default_code:
            self.show_error(error_text(error))


class ForgetPasswordRow(Row):
    """A button that removes the saved password, by ``alpkey password forget``."""

    def __init__(self, command: Callable[..., list[str]]) -> None:
        self.control = QPushButton(settings_messages.FORGET)
        super().__init__("forget_password", settings_messages.FORGET_LABEL, self.control)
        self.control.setAccessibleName(settings_messages.FORGET)
        self.control.setAccessibleDescription(settings_messages.FORGET_HELP)
        self.help.setText(settings_messages.FORGET_HELP)
        self.commands = CommandTracker(command, self)
        self.control.clicked.connect(self._forget)

    def _forget(self) -> None:
        if self.commands.is_idle:
            self.commands.run(self._done, self._fail, "password", "forget", "--events")

    def _done(self, result: ForgottenPasswordResult) -> None:
        text = (
            settings_messages.FORGOTTEN
            if result["forgotten"]
            else settings_messages.NOTHING_SAVED.format(account=result["account"])
        )
        self.show_error(text)

    def _fail(self, error: ErrorObject) -> None:
        self.show_error(error_text(error))


def error_text(error: ErrorObject) -> str:
    """The error of a change in the words of its row."""
    return f"{error['title']}. {error['detail']}"


def _hint(name: str) -> QLabel:
    """A label as wide as the row; the scroll area asks for its height at that width."""
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    label.setTextFormat(Qt.TextFormat.PlainText)
    policy = label.sizePolicy()
    policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
    label.setSizePolicy(policy)
    return label
