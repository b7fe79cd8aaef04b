"""The page of settings: a row for each declared setting, written by ``alpkey settings set``."""

import os
import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.errors import ErrorObject
from alpkey.core.messages import settings as settings_messages
from alpkey.core.messages import setup as setup_messages
from alpkey.core.settings.policy import Chosen
from alpkey.core.settings.settings import Setting, declared
from alpkey.core.site import Site
from alpkey.desktop.child.command_tracker import CommandTracker
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.views import status as status_view
from alpkey.desktop.windows.pages.setting_controls import ClustersControl, LineControl, control_for
from alpkey.desktop.windows.widgets import GRID_PX, words_label


class Row:
    """A setting's label, control, help, and the error of the last change."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.control = control_for(setting.kind)
        self.control.setObjectName(setting.key)
        self.control.setAccessibleName(setting.label)
        self.label = QLabel(setting.label)
        # The letter of a label clicks a box that is its buddy: clusters have letters of their own.
        if not isinstance(self.control, ClustersControl):
            self.label.setBuddy(self.control)
        self.help = _words(f"help-{setting.key}")
        self.error = _words(f"error-{setting.key}")

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

    def _missing(self) -> str | None:
        """What the setting would need and this computer lacks, shown before it is switched on."""
        missing, find = self.setting.lacks, QStandardPaths.findExecutable
        return missing(os.environ, sys.platform, find) if missing else None

    def show_error(self, text: str) -> None:
        """Show the error; what was typed stays, to be corrected."""
        self.error.setText(text)
        if text and isinstance(self.control, LineControl):
            self.control.setModified(True)


class SettingsPage(QScrollArea):
    """One child writes at a time, so that of two changes of a setting the later one wins.

    ``start`` runs Alpkey with these arguments; ``taken`` are the window's own mnemonics.
    """

    def __init__(
        self, command: Callable[..., list[str]], start: Callable[..., object], taken: str
    ) -> None:
        super().__init__()
        self.commands = CommandTracker(command, self)
        self._set_up = _set_up_button(start)
        self._waiting: dict[str, str] = {}
        self._trouble = words_label("settings-trouble")
        self._taken = taken
        self._form = QFormLayout()
        self._rows = {setting.key: Row(setting) for setting in declared().values()}
        self._clusters: list[str] | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(self._body())
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def apply(self, state: CurrentState) -> None:
        """Show the settings in force, except for what is being typed or written."""
        self._trouble.setText(
            state.trouble and f"{state.trouble}\n{settings_messages.REPAIRED_BY_A_CHANGE}"
        )
        self._trouble.setVisible(bool(state.trouble))
        if not self.commands.is_idle:
            return
        for row in self._rows.values():
            row.apply(state.chosen)
        if state.site:
            self._offer(state.site)

    def commit(self) -> None:
        """Write what was typed and not written yet."""
        for row in self._rows.values():
            row.control.commit()

    def _offer(self, site: Site) -> None:
        """Give each control, and each cluster's box, its own letter."""
        control = next(
            row.control for row in self._rows.values() if isinstance(row.control, ClustersControl)
        )
        names = control.names(site)
        if names != self._clusters:
            self._clusters = names
            rows = [row for row in self._rows.values() if row.label.buddy()]
            labels = [setup_messages.SET_UP, *(row.setting.label for row in rows)]
            marked = status_view.with_mnemonics([*labels, *names], self._taken)
            self._set_up.setText(marked[0])
            for row, label in zip(rows, marked[1:], strict=False):
                row.label.setText(label)
            control.offer(dict(zip(names, marked[len(labels) :], strict=True)))
            self._order_stops()
        control.tick(site)

    def _order_stops(self) -> None:
        """Have Tab go from row to row, though the boxes were made last."""
        stops: list[QWidget] = [self._set_up]
        for row in self._rows.values():
            control = row.control
            stops += control.boxes if isinstance(control, ClustersControl) else [control]
        for stop, next_stop in pairwise(stops):
            self.setTabOrder(stop, next_stop)

    def _body(self) -> QWidget:
        form = self._form
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setHorizontalSpacing(2 * GRID_PX)
        form.setVerticalSpacing(GRID_PX // 2)
        for row in self._rows.values():
            row.control.wanted.connect(self._writer(row.setting.key))
            form.addRow(row.label, row.control)
            form.addRow("", row.help)
            form.addRow("", row.error)
            form.setRowVisible(row.error, False)
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.addWidget(self._trouble)
        layout.addWidget(self._set_up, alignment=Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(form)
        layout.addStretch()
        return body

    def _writer(self, key: str) -> Callable[[str], None]:
        def write(text: str) -> None:
            self._waiting.pop(key, None)
            self._waiting[key] = text
            self._write_next()

        return write

    def _write_next(self) -> None:
        if not (self.commands.is_idle and self._waiting):
            return
        key = next(iter(self._waiting))
        text = self._waiting.pop(key)
        self.commands.run(
            lambda _: self._written(key, ""),
            lambda error: self._written(key, _error_text(error)),
            *("settings", "set", "--events", key, "--", text),
        )

    def _written(self, key: str, error: str) -> None:
        row = self._rows[key]
        row.show_error(error)
        self._form.setRowVisible(row.error, bool(error))
        self._write_next()


def _set_up_button(start: Callable[..., object]) -> QPushButton:
    """A menu with what has a window of its own instead of a value."""
    button = QPushButton(setup_messages.SET_UP)
    button.setObjectName("set-up-parts")
    button.setAccessibleName(setup_messages.SET_UP)
    menu = QMenu(button)
    labels = status_view.with_mnemonics(list(setup_messages.WINDOWS.values()))
    for window, label in zip(setup_messages.WINDOWS, labels, strict=True):
        menu.addAction(label, partial(start, "window", window))
    button.setMenu(menu)
    return button


def _words(name: str) -> QLabel:
    """A label as wide as the form; the scroll area asks for its height at that width."""
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    label.setContentsMargins(0, 0, 0, GRID_PX)
    label.setTextFormat(Qt.TextFormat.PlainText)
    policy = label.sizePolicy()
    policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
    label.setSizePolicy(policy)
    return label


def _error_text(error: ErrorObject) -> str:
    return f"{error['title']}. {error['detail']}"
