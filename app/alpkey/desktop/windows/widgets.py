"""Widgets and helpers that windows share."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QRect, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QDesktopServices,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.display_text import visible
from alpkey.core.messages.description import Description
from alpkey.core.site import Host, Site
from alpkey.desktop.views.status import with_mnemonics

BUTTONS_IN_LINE = 4
CODE_DIGITS = 6
GRID_PX = 8
_BAR_PX = 2
_SECOND_MS = 1000


class Child(Protocol):
    """A child process that waits for an answer."""

    def answer(self, number: int, values: Mapping[str, str | bool]) -> None: ...


class WrappedLabel(QLabel):
    """A label as high as its text at its width, which forms and stacked pages do not ask for."""

    def __init__(self, text: str = "") -> None:
        super().__init__(visible(text))

    def setText(self, text: str) -> None:  # noqa: N802  Qt's name
        super().setText(visible(text))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802  Qt's name
        super().resizeEvent(event)
        self.setMinimumHeight(max(self.heightForWidth(self.width()), 0))


def words_label(name: str, text: str = "") -> QLabel:
    """A label for plain text that may be long and can be selected."""
    label = WrappedLabel(text)
    _set_up_label(label, name)
    return label


class Note(WrappedLabel):
    """A message about what has just happened; hidden while it is empty."""

    def __init__(self, name: str) -> None:
        super().__init__()
        _set_up_label(self, name)
        self.hide()

    def say(self, text: str, *, at_once: bool = False) -> None:
        """Show ``text``, and have a screen reader say it."""
        self.setText(text)
        self.setVisible(bool(text))
        announce(self, text, at_once=at_once)


def _set_up_label(label: QLabel, name: str) -> None:
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)


def bold_label(name: str, text: str) -> QLabel:
    label = words_label(name, text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def heading(name: str, text: str = "") -> QLabel:
    label = bold_label(name, text)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * 1.3)
    label.setFont(font)
    return label


def announce(widget: QWidget, text: str, *, at_once: bool = False) -> None:
    """Have a screen reader say ``text``; ``at_once`` interrupts what it is saying."""
    event = QAccessibleAnnouncementEvent(widget, text)
    if at_once:
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
    QAccessible.updateAccessibility(event)


def button(text: str, action: Callable[[], object], name: str = "") -> QPushButton:
    made = QPushButton(text)
    made.setObjectName(name)
    made.setAutoDefault(False)
    made.clicked.connect(lambda _checked: action())
    return made


def scroll_area(name: str, spoken: str) -> QScrollArea:
    """A scroll area that scrolls vertically only; ``spoken`` is its accessible name."""
    area = QScrollArea()
    area.setObjectName(name)
    area.setAccessibleName(spoken)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def stack(widgets: Iterable[QWidget]) -> QWidget:
    """The widgets one below the other, with free space below the last."""
    body = QWidget()
    layout = QVBoxLayout(body)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2 * GRID_PX)
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch()
    return body


def window_title(text: str, site: Site) -> str:
    """A window's title, marked in the demo."""
    return f"DEMO - {text}" if site.demo else text


def clear(layout: QLayout) -> None:
    """Remove and delete all widgets of ``layout``."""
    while taken := layout.takeAt(0):
        if (widget := taken.widget()) is not None:
            widget.hide()
            widget.deleteLater()


def offer(row: QHBoxLayout, *buttons: QPushButton) -> None:
    """Replace the content of ``row`` by these buttons, at its right end."""
    clear(row)
    row.addStretch()
    for button in buttons:
        row.addWidget(button)
        button.show()


def copied(text: str) -> str:
    """Copy ``text`` to the clipboard; return a message about that."""
    QGuiApplication.clipboard().setText(text)
    return f"Copied: {text}"


def ask(
    parent: QWidget, name: str, question: Description, yes: str, no: str, agreed: Callable[[], None]
) -> None:
    """Ask about what cannot be undone; ``yes`` calls ``agreed``, and Enter means ``no``."""
    box = QMessageBox(QMessageBox.Icon.Warning, "Alpkey", visible(question.title), parent=parent)
    box.setObjectName(name)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(visible(question.detail))
    box.addButton(yes, QMessageBox.ButtonRole.AcceptRole).clicked.connect(lambda _: agreed())
    declined = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(declined)
    box.setEscapeButton(declined)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def ask_about_account(parent: QWidget, ask: Mapping[str, Any], child: Child) -> None:
    """Ask which account to use where a child does not know; to close is to cancel."""
    field, error = ask["fields"][0], ask["error"]
    box = QMessageBox(QMessageBox.Icon.Warning, "Alpkey", error["title"], parent=parent)
    box.setObjectName("another-account")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(error["detail"])

    def add(label: str, choice: str, role: QMessageBox.ButtonRole) -> QPushButton:
        made = box.addButton(label, role)
        made.clicked.connect(lambda _: child.answer(ask["ask"], {field["name"]: choice}))
        return made

    add("&Switch account", "switch", QMessageBox.ButtonRole.AcceptRole)
    add(f"&Use {field['value']} here", "use", QMessageBox.ButtonRole.AcceptRole)
    cancel = add("Cancel", "cancel", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def open_page(address: str) -> None:
    """Open ``address`` in the user's browser."""
    QDesktopServices.openUrl(QUrl(address))


def connect_row(hosts: Iterable[Host], connect: Callable[[str], None], taken: str = "") -> QWidget:
    """A button for each host, a few in a line; ``taken`` are mnemonics used elsewhere."""
    row = QWidget()
    layout = QGridLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    names = [host.name for host in hosts]
    for at, (name, marked) in enumerate(zip(names, with_mnemonics(names, taken), strict=True)):
        made = button(f"Connect to {marked}", partial(connect, name), f"connect-{name}")
        layout.addWidget(made, *divmod(at, BUTTONS_IN_LINE))
    layout.setColumnStretch(BUTTONS_IN_LINE, 1)
    return row


class CodeEdit(QLineEdit):
    """Six digits; ``completed`` once the sixth is typed at the end.  Pasted spaces are removed.

    ``step_left`` is how much is left of the code's time step, 0.0 to 1.0: a thin bar shows it, as a
    hint only, for the clock of the device with the code is unknown.
    """

    completed = Signal()

    def __init__(self, step_left: Callable[[], float]) -> None:
        super().__init__()
        self._step_left = step_left
        self.setObjectName("otp")
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        self.set_completes(True)
        self.textEdited.connect(self._tidy)
        tick = QTimer(self)
        tick.timeout.connect(self.update)  # paints nothing while it is hidden
        tick.start(_SECOND_MS)

    def set_completes(self, completes: bool) -> None:
        """Set whether the sixth digit emits ``completed``, or only Enter submits the code."""
        self._completes = completes
        by = "The sixth one signs you in." if completes else "Enter signs you in."
        self.setAccessibleDescription(f"Six digits from your authenticator app. {by}")

    @property
    def is_complete(self) -> bool:
        return len(self.text()) == CODE_DIGITS

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802  Qt's name
        super().paintEvent(event)
        if self.isEnabled() and not self.isReadOnly():
            area = self.rect().adjusted(_BAR_PX, 0, -_BAR_PX, -_BAR_PX)
            length_px = round(area.width() * self._step_left())
            bar = QRect(area.left(), area.bottom() - _BAR_PX + 1, length_px, _BAR_PX)
            QPainter(self).fillRect(bar, self.palette().highlight())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  Qt's name
        """Ignore letters, so that a slip does not waste the code."""
        typed = event.text()
        if typed.isprintable() and typed and not typed.isdecimal() and not event.modifiers():
            return
        super().keyPressEvent(event)

    def _tidy(self, text: str) -> None:
        digits = "".join(letter for letter in text if letter in "0123456789")[:CODE_DIGITS]
        if digits != text:
            self.setText(digits)
        if self._completes and self.is_complete and self.cursorPosition() == CODE_DIGITS:
            self.completed.emit()
