"""The page of settings: groups with a row for each setting, written by ``alpkey settings set``."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.messages import settings as settings_messages
from alpkey.core.messages import setup as setup_messages
from alpkey.core.settings.settings import declared
from alpkey.core.site import Site
from alpkey.desktop.child.command_tracker import CommandTracker
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.views import status as status_view
from alpkey.desktop.windows.pages.cards import Group
from alpkey.desktop.windows.pages.setting_controls import ClustersControl
from alpkey.desktop.windows.pages.setting_rows import (
    AutostartRow,
    ForgetPasswordRow,
    Row,
    SettingRow,
    error_text,
)
from alpkey.desktop.windows.widgets import GRID_PX, words_label


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
        self._search = _search_line(self._find)
        self._nothing_found = words_label("nothing-found", settings_messages.NOTHING_FOUND)
        self._rows = {
            key: SettingRow(declared()[key])
            for keys in settings_messages.GROUPS.values()
            for key in keys
        }
        self.autostart = AutostartRow(command)
        self.forget = ForgetPasswordRow(command)
        self._groups: dict[Group, list[Row]] = {}
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
            labels = [
                setup_messages.SET_UP,
                settings_messages.FORGET,
                settings_messages.AUTOSTART,
                *(row.setting.label for row in rows),
            ]
            marked = status_view.with_mnemonics([*labels, *names], self._taken)
            self._set_up.setText(marked[0])
            self.forget.control.setText(marked[1])
            for row, label in zip((self.autostart, *rows), marked[2:], strict=False):
                row.label.setText(label)
            control.offer(dict(zip(names, marked[len(labels) :], strict=True)))
            self._order_stops()
        control.tick(site)

    def _order_stops(self) -> None:
        """Have Tab go from row to row, though the boxes were made last."""
        rows = (row for rows in self._groups.values() for row in rows)
        stops = [self._search, self._set_up, *(stop for row in rows for stop in row.stops)]
        for stop, next_stop in pairwise(stops):
            self.setTabOrder(stop, next_stop)

    def _find(self, search: str) -> None:
        """Show the rows that match, and the groups that have one."""
        found = False
        for group, rows in self._groups.items():
            matches = group.title.text().casefold() == search.strip().casefold()
            shown = [row for row in rows if matches or row.matches(search)]
            for row in rows:
                row.setVisible(row in shown)
            group.setVisible(bool(shown))
            found = found or bool(shown)
        self._nothing_found.setVisible(not found)

    def _body(self) -> QWidget:
        body = QWidget()
        top = QHBoxLayout()
        top.addWidget(self._search, 1)
        top.addWidget(self._set_up)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(2 * GRID_PX)
        layout.addWidget(self._trouble)
        layout.addLayout(top)
        layout.addWidget(self._nothing_found)
        self._nothing_found.hide()
        for key, setting_row in self._rows.items():
            setting_row.control.wanted.connect(self._writer(key))
        for title, keys in settings_messages.GROUPS.items():
            group = Group(title, title)
            rows: list[Row] = [self._rows[key] for key in keys]
            if title == settings_messages.SIGN_IN:
                rows.append(self.forget)
            if title == list(settings_messages.GROUPS)[-1]:
                rows.append(self.autostart)
            for row in rows:
                group.card.rows.addWidget(row)
            self._groups[group] = rows
            layout.addWidget(group)
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
            lambda error: self._written(key, error_text(error)),
            *("settings", "set", "--events", key, "--", text),
        )

    def _written(self, key: str, error: str) -> None:
        row = self._rows[key]
        row.show_error(error)
        self._write_next()


def _search_line(find: Callable[[str], None]) -> QLineEdit:
    line = QLineEdit()
    line.setObjectName("search-settings")
    line.setPlaceholderText(settings_messages.SEARCH)
    line.setAccessibleName(settings_messages.SEARCH)
    line.setClearButtonEnabled(True)
    line.textChanged.connect(find)
    QShortcut(QKeySequence.StandardKey.Find, line, line.setFocus)
    return line


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
