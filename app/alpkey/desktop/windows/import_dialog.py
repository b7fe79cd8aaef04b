"""Importing a key: from files chosen or dropped, the downloads folder, or a pasted text.

A text may hold a private key: it goes from the clipboard to the child's standard input, as the
answer to its question, and is shown and stored nowhere.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QMimeData, QStandardPaths, Qt, QTimer
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.errors import Cancelled, ErrorObject, Param
from alpkey.core.events import AskObject
from alpkey.core.messages import times
from alpkey.core.messages.describe import describe
from alpkey.core.messages.warnings import step_text, warning_text
from alpkey.core.results.status import ImportResult
from alpkey.core.site import Site
from alpkey.core.timestamps import from_rfc3339
from alpkey.desktop import local_time
from alpkey.desktop.child.child_process import ChildProcess
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.windows.command_dialog import CommandDialog
from alpkey.desktop.windows.widgets import GRID_PX, announce, button, heading, offer, words_label

TITLE = "Import a key"
MINIMUM_WIDTH_PX = 64 * GRID_PX
DROP_HEIGHT_PX = 8 * GRID_PX
# As a line of JSON it has to be shorter than the child's longest line.
PASTE_LIMIT = 30_000

_HOW = (
    "Take the key and the certificate that you got at the centre's page. A certificate alone is "
    "taken where it fits the key that is here."
)
_DROP = "Drop the files here, or press Ctrl+V for a text that you copied"
_WAIT = "One moment\N{HORIZONTAL ELLIPSIS}"
_NO_TEXT = "The clipboard holds no text"
_COPY_FIRST = "Copy the private key and the certificate first, then paste them here."
# For each question: its message, and the labels for yes and no.
_QUESTIONS = {
    "replace": ("foreign-key", "&Replace it", "&Stop"),
    "remove": ("downloads-question", "&Remove them", "&Keep them"),
}


class ImportDialog(CommandDialog):
    """``command`` is Alpkey's with these arguments."""

    def __init__(
        self,
        site: Site,
        command: Callable[..., list[str]],
        parent: QWidget | None = None,
        clock: Callable[[], datetime] = local_time.now,
    ) -> None:
        super().__init__(TITLE, site, parent)
        self._clock = clock
        self.commands = self.new_commands(command)
        self._child: ChildProcess | None = None
        self._text = ""
        self._notes: list[str] = []
        self.setAcceptDrops(True)
        self._heading = heading("heading", TITLE)
        self._words = words_label("words", _HOW)
        self._drop = QLabel(_DROP)
        self._drop.setObjectName("drop")
        self._drop.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._drop.setFrameShape(QFrame.Shape.StyledPanel)
        self._drop.setMinimumHeight(DROP_HEIGHT_PX)
        self._buttons = QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(2 * GRID_PX)
        layout.addStrut(MINIMUM_WIDTH_PX)
        for part in (self._heading, self._words, self._drop):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addLayout(self._buttons)
        self._offer_sources()

    def take(self, paths: Sequence[str]) -> None:
        """Import the files at these paths; without any, what is in the downloads folder."""
        if self.commands.is_idle:
            self._run(*paths)

    def paste(self, text: str) -> None:
        """Import a text, unless it is blank."""
        if not self.commands.is_idle:
            return
        if not text.strip():
            self._show_message(_NO_TEXT, _COPY_FIRST)
            self._offer_sources()
            return
        # Keys and certificates are plain ASCII.
        self._text = text.encode("ascii", "replace")[:PASTE_LIMIT].decode()
        self._run("-")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802  Qt's name
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste_copied()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802  Qt's name
        data = event.mimeData()
        if self.commands.is_idle and (_dropped_files(data) or data.hasText()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802  Qt's name
        """Import the files that were dropped; a dropped text is treated as a pasted one."""
        event.acceptProposedAction()
        if paths := _dropped_files(event.mimeData()):
            self.take(paths)
        else:
            self.paste(event.mimeData().text())

    def _paste_copied(self) -> None:
        self.paste(QGuiApplication.clipboard().text())

    def _choose(self) -> None:
        saved = QStandardPaths.StandardLocation.DownloadLocation
        folder = QStandardPaths.writableLocation(saved)
        dialog = QFileDialog(self, "Choose the key and its certificate", folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.take)
        dialog.open()

    def _run(self, *what: str) -> None:
        self._notes = []
        self._show_message(TITLE, _WAIT)
        self._drop.hide()
        self._offer(button("Cancel", self.close, "cancel"))
        child = self.commands.run(self._done, self._failed, "import", *what, "--events")
        child.asked.connect(self._asked)
        child.stepped_with.connect(self._stepped)
        child.warned.connect(self._warned)
        self._child = child

    def _stepped(self, step: str, params: Mapping[str, Param]) -> None:
        if step == "understood":
            self._note(step_text(step, params))

    def _warned(self, code: str, params: Mapping[str, Param]) -> None:
        self._note(warning_text(code, params))

    def _note(self, text: str) -> None:
        self._notes.append(text)
        self._show_message(TITLE, "\n\n".join(self._notes))

    def _asked(self, ask: AskObject) -> None:
        [field] = ask["fields"]
        if field["name"] == "pasted":
            text, self._text = self._text, ""
            self._answer(ask, text)
            return
        code, yes, no = _QUESTIONS[field["name"]]
        message = describe(Cancelled(code, path=field["value"]))
        self._show_message(message.title, "\n\n".join([*self._notes, message.detail]))
        self._offer(
            button(yes, lambda: self._answer(ask, True), "yes"),
            button(no, lambda: self._answer(ask, False), "no"),
        )

    def _answer(self, ask: AskObject, value: str | bool) -> None:
        self._offer(button("Cancel", self.close, "cancel"))
        if self._child is not None:
            self._child.answer(ask["ask"], {ask["fields"][0]["name"]: value})

    def _done(self, result: ImportResult) -> None:
        self._child = None
        valid_before = result["valid_before"]
        until = times.until(from_rfc3339(valid_before) if valid_before else None, self._clock())
        is_new = result["imported"]
        title = f"Key valid {until}" if is_new else "What is installed is as good"
        if removed := [Path(path).name for path in result["removed"]]:
            self._notes.append(f"Removed: {', '.join(removed)}")
        self._show_message(title, "\n\n".join(self._notes))
        self._offer(button("Clos&e", self.close, "close"))

    def _failed(self, error: ErrorObject) -> None:
        """Offer another try; after a no to a question the dialog is back at the start."""
        self._child, self._text = None, ""
        if error["code"] == Cancelled.default_code:
            self._show_message(TITLE, _HOW)
        else:
            self._show_message(error["title"], error_view.advice(error))
        self._offer_sources()

    def _show_message(self, title: str, text: str) -> None:
        self._heading.setText(title)
        self._words.setText(text)
        announce(self, f"{title}. {text}")

    def _offer_sources(self) -> None:
        self._drop.show()
        self._offer(
            button("Look in my &downloads", lambda: self.take(()), "downloads"),
            button("Choose &files\N{HORIZONTAL ELLIPSIS}", self._choose, "files"),
            button("&Paste", self._paste_copied, "paste"),
            button("Cancel", self.close, "cancel"),
        )

    def _offer(self, *buttons: QPushButton) -> None:
        offer(self._buttons, *buttons)
        buttons[0 if len(buttons) > 2 else -1].setFocus()
        QTimer.singleShot(0, self.adjustSize)


def _dropped_files(data: QMimeData) -> list[str]:
    """The paths of the local files that are dragged."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
