"""Importing by the dialog, with the real program and with a child that speaks as it."""

import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from alpkey.core.errors import Cancelled
from alpkey.desktop.child.launch import command
from alpkey.desktop.windows.import_dialog import ImportDialog
from tests.core.sites import site
from tests.desktop.scenes import IMPORTED, QUESTION, SPARE, UNDERSTOOD, Row, failed

PATIENCE_MS = 20_000
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n"
PASTED: Row = {
    **QUESTION,
    "fields": [{"name": "pasted", "kind": "secret", "kept": False, "value": None}],
}
# Records each line it gets, and goes on with the next rows; a cancel ends it as the real one.
CHILD = """
import json, sys
notes = open(sys.argv[1], "a")
for rows in map(json.loads, sys.argv[2:]):
    for row in rows:
        print(json.dumps(row), flush=True)
    if rows and rows[-1]["event"] in ("done", "failed"):
        break
    line = sys.stdin.readline()
    print(line, end="", file=notes, flush=True)
    if "cancel" in line:
        print(json.dumps(%r), flush=True)
        break
"""


class Child:
    """A fake of ``alpkey import`` that records its arguments and the lines it gets."""

    def __init__(self, folder: Path) -> None:
        self.notes = folder / "received"
        self.says: list[list[Row]] = [[IMPORTED]]
        self.called: list[tuple[str, ...]] = []

    def command(self, *arguments: str) -> list[str]:
        self.called.append(arguments)
        program = CHILD % (failed(Cancelled()),)
        rows = [json.dumps(rows) for rows in self.says]
        return [sys.executable, "-P", "-c", program, str(self.notes), *rows]

    def received(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.notes.read_text().splitlines()]


@pytest.fixture
def child(tmp_path: Path) -> Child:
    return Child(tmp_path)


Opened = Callable[[Callable[..., list[str]]], ImportDialog]


@pytest.fixture
def opened(qtbot: QtBot) -> Opened:
    def open_it(commands: Callable[..., list[str]]) -> ImportDialog:
        now = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
        dialog = ImportDialog(site(), commands, clock=lambda: now)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(dialog, before_close_func=lambda window: end(qtbot, window))
        dialog.show()
        return dialog

    return open_it


def end(qtbot: QtBot, dialog: ImportDialog) -> None:
    dialog.close()
    qtbot.waitUntil(lambda: dialog.commands.is_idle, timeout=PATIENCE_MS)


@pytest.fixture
def clipboard(qapp: QApplication) -> Iterator[Callable[[str], None]]:
    yield QGuiApplication.clipboard().setText
    QGuiApplication.clipboard().clear()


def text(dialog: ImportDialog, name: str) -> str:
    return dialog.findChild(QLabel, name).text()


def press(qtbot: QtBot, dialog: ImportDialog, name: str) -> None:
    qtbot.waitUntil(lambda: dialog.findChild(QPushButton, name) is not None, timeout=PATIENCE_MS)
    qtbot.keyClick(dialog.findChild(QPushButton, name), Qt.Key.Key_Space)


def wait_for(qtbot: QtBot, dialog: ImportDialog, title: str) -> None:
    qtbot.waitUntil(lambda: title in text(dialog, "heading"), timeout=PATIENCE_MS)


def drop(dialog: ImportDialog, data: QMimeData) -> bool:
    """Whether the dialog takes what is dragged there; then it is let go."""
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enters = QDragEnterEvent(QPoint(9, 9), copy, data, left, none)
    enters.ignore()
    QApplication.sendEvent(dialog, enters)
    if enters.isAccepted():
        QApplication.sendEvent(dialog, QDropEvent(QPointF(9, 9), copy, data, left, none))
    return enters.isAccepted()


def test_the_downloads_folder_is_searched(qtbot: QtBot, opened: Opened, child: Child) -> None:
    child.says = [[UNDERSTOOD, IMPORTED]]
    dialog = opened(child.command)
    assert dialog.focusWidget() is dialog.findChild(QPushButton, "downloads")
    press(qtbot, dialog, "downloads")
    wait_for(qtbot, dialog, "Key valid until Wed 09:12")
    assert child.called == [("import", "--events")]
    assert "issued to alice" in text(dialog, "words")
    press(qtbot, dialog, "close")
    assert not dialog.isVisible()


def test_files_are_chosen(qtbot: QtBot, opened: Opened, child: Child, tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("cscs-key (1)", "-cert.pub")]
    for path in paths:
        Path(path).touch()
    dialog = opened(child.command)
    press(qtbot, dialog, "files")
    chooser = dialog.findChild(QFileDialog)
    chooser.filesSelected.emit(paths)
    chooser.close()
    wait_for(qtbot, dialog, "Key valid")
    assert child.called == [("import", *paths, "--events")]


def test_files_are_dropped(qtbot: QtBot, opened: Opened, child: Child, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a b")), QUrl("https://elsewhere/key")])
    dialog = opened(child.command)
    assert drop(dialog, data)
    wait_for(qtbot, dialog, "Key valid")
    assert child.called == [("import", str(tmp_path / "a b"), "--events")]


def test_a_picture_is_not_taken(opened: Opened, child: Child) -> None:
    data = QMimeData()
    data.setData("image/png", b"x")
    assert not drop(opened(child.command), data)
    assert child.called == []


@pytest.mark.parametrize("how", ["button", "keys", "drop"])
def test_a_text_goes_to_the_childs_input_and_nowhere_else(
    qtbot: QtBot, opened: Opened, child: Child, clipboard: Callable[[str], None], how: str
) -> None:
    child.says = [[PASTED], [UNDERSTOOD, IMPORTED]]
    dialog = opened(child.command)
    data = QMimeData()
    data.setText(KEY)
    if how == "drop":
        assert drop(dialog, data)
    else:
        clipboard(KEY)
    if how == "button":
        press(qtbot, dialog, "paste")
    elif how == "keys":
        qtbot.keySequence(dialog, QKeySequence(QKeySequence.StandardKey.Paste))
    wait_for(qtbot, dialog, "Key valid")
    assert child.called == [("import", "-", "--events")]
    assert child.received() == [{"answer": 1, "values": {"pasted": KEY}}]
    assert KEY not in vars(dialog).values()
    assert all("c2VjcmV0" not in label.text() for label in dialog.findChildren(QLabel))


def test_an_empty_clipboard_is_reported(
    qtbot: QtBot, opened: Opened, child: Child, clipboard: Callable[[str], None]
) -> None:
    clipboard("  ")
    dialog = opened(child.command)
    press(qtbot, dialog, "paste")
    assert text(dialog, "heading") == "The clipboard holds no text"
    assert child.called == []


def test_more_than_a_line_can_hold_is_cut(
    qtbot: QtBot, opened: Opened, child: Child, clipboard: Callable[[str], None]
) -> None:
    clipboard("\N{EURO SIGN}\n" * 100_000)
    child.says = [[PASTED], [IMPORTED]]
    dialog = opened(child.command)
    press(qtbot, dialog, "paste")
    wait_for(qtbot, dialog, "Key valid")
    assert len(child.notes.read_bytes()) < 64 * 1024


@pytest.mark.parametrize(("name", "answer"), [("yes", True), ("no", False)])
def test_the_downloads_are_removed_only_after_a_yes(
    qtbot: QtBot, opened: Opened, child: Child, name: str, answer: bool
) -> None:
    child.says = [[UNDERSTOOD, SPARE], [IMPORTED]]
    dialog = opened(child.command)
    press(qtbot, dialog, "downloads")
    wait_for(qtbot, dialog, "need not stay")
    assert "cscs-key-cert (1).pub" in text(dialog, "words")
    assert dialog.focusWidget() is dialog.findChild(QPushButton, "no")
    press(qtbot, dialog, name)
    wait_for(qtbot, dialog, "Key valid")
    assert child.received() == [{"answer": 1, "values": {"remove": answer}}]


def test_escape_at_a_question_changes_nothing(qtbot: QtBot, opened: Opened, child: Child) -> None:
    child.says = [[UNDERSTOOD, QUESTION], [IMPORTED]]
    dialog = opened(child.command)
    press(qtbot, dialog, "downloads")
    wait_for(qtbot, dialog, "was not made by Alpkey")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert child.received() == [{"cancel": True}]


def test_a_no_leads_back_to_the_start(qtbot: QtBot, opened: Opened, child: Child) -> None:
    child.says = [[UNDERSTOOD, QUESTION], [failed(Cancelled())]]
    dialog = opened(child.command)
    press(qtbot, dialog, "downloads")
    press(qtbot, dialog, "no")
    qtbot.waitUntil(lambda: dialog.findChild(QPushButton, "downloads") is not None)
    assert text(dialog, "heading") == "Import a key"


def test_a_failure_of_the_real_program_is_shown_and_another_try_works(
    qtbot: QtBot, opened: Opened, tmp_path: Path, clipboard: Callable[[str], None]
) -> None:
    (tmp_path / "key.html").write_text("<html>sign in</html>")
    dialog = opened(command)
    dialog.take([str(tmp_path / "key.html")])
    wait_for(qtbot, dialog, "key.html is a web page, not a key")
    assert "Nothing was changed." in text(dialog, "words")
    clipboard(KEY.replace("-----END", "no end"))
    press(qtbot, dialog, "paste")
    wait_for(qtbot, dialog, "The pasted text holds only a part of a private key")
