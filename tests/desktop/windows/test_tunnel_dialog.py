"""The dialog for a new tunnel, by keyboard, with a child that sends what the real one sends."""

import json
import sys
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMessageBox,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from alpkey.core.errors import Unreachable
from alpkey.core.tunnels.record import TunnelTarget
from alpkey.desktop.views.tunnels import parse_ports, running, service_of, services
from alpkey.desktop.windows.tunnel_dialog import LISTING, NO_JOBS, NO_KEY, TunnelDialog
from tests.core.sites import site
from tests.desktop.scenes import BOARD, CHILD, JOBS, NO_NETWORK, failed
from tests.desktop.scenes import NO_JOBS as NONE

Rows = list[Any]
WAITS: Rows = []
DONE: Rows = [{"event": "done", "result": {"command": ["ssh", "-N", "a b"]}}]


class Program:
    """A fake of Alpkey: says what it is given for these first words, and remembers its calls."""

    def __init__(self) -> None:
        self.jobs: Rows = [JOBS]
        self.tunnel: Rows = DONE
        self.called: list[tuple[str, ...]] = []

    def command(self, *arguments: str) -> list[str]:
        self.called.append(arguments)
        rows = self.jobs if arguments[0] == "jobs" else self.tunnel
        return [sys.executable, "-P", "-c", CHILD, json.dumps(rows)]

    @property
    def last(self) -> tuple[str, ...]:
        return self.called[-1]


@pytest.fixture
def program() -> Program:
    return Program()


def shown(
    qtbot: QtBot, program: Program, *, can_log_in: bool = True, before: TunnelTarget | None = None
) -> TunnelDialog:
    made = TunnelDialog(site(), program.command, can_log_in=can_log_in, before=before)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(made, before_close_func=lambda window: end(qtbot, window))
    made.show()
    return made


@pytest.fixture
def dialog(qtbot: QtBot, program: Program) -> TunnelDialog:
    """With the jobs listed."""
    made = shown(qtbot, program)
    qtbot.waitUntil(lambda: rows(made) == 2)
    return made


def end(qtbot: QtBot, dialog: TunnelDialog) -> None:
    dialog.close()
    qtbot.waitUntil(lambda: dialog.listing.is_idle and dialog.commands.is_idle)


def rows(dialog: TunnelDialog) -> int:
    return dialog.findChild(QListWidget, "jobs").count()


def field(dialog: TunnelDialog, name: str) -> QLineEdit:
    return dialog.findChild(QLineEdit, name)


def press(qtbot: QtBot, dialog: QWidget, name: str) -> None:
    qtbot.keyClick(dialog.findChild(QPushButton, name), Qt.Key.Key_Space)


def retype(qtbot: QtBot, dialog: TunnelDialog, name: str, text: str) -> None:
    field(dialog, name).selectAll()
    qtbot.keyClicks(field(dialog, name), text)


def note(dialog: TunnelDialog, name: str = "tunnel-note") -> str:
    return dialog.findChild(QLabel, name).text()


def test_the_first_running_job_is_offered(dialog: TunnelDialog, program: Program) -> None:
    assert program.called == [("jobs", "list", "daint", "--events")]
    assert field(dialog, "node").text() == "nid006554"
    assert field(dialog, "ports").text() == "8888"


def test_arrows_choose_a_job_and_its_node(qtbot: QtBot, dialog: TunnelDialog) -> None:
    qtbot.keyClick(dialog.findChild(QListWidget, "jobs"), Qt.Key.Key_Down)
    assert field(dialog, "node").text() == "nid007001"


def test_a_node_that_was_typed_stays(qtbot: QtBot, program: Program) -> None:
    made = shown(qtbot, program)
    retype(qtbot, made, "node", "nid000001")
    qtbot.waitUntil(lambda: rows(made) == 2)
    assert field(made, "node").text() == "nid000001"
    assert not made.findChild(QPushButton, "end-job").isEnabled()


def test_what_was_open_last_is_offered_again(qtbot: QtBot, program: Program) -> None:
    made = shown(qtbot, program, before=BOARD)
    assert program.called == [("jobs", "list", "santis", "--events")]
    qtbot.waitUntil(lambda: rows(made) == 2)
    assert made.findChild(QListWidget, "jobs").currentRow() == 1
    assert field(made, "ports").text() == "6006 8000"
    assert made.findChild(QComboBox, "service").currentText() == "Other"


def test_enter_opens_it_in_the_background(
    qtbot: QtBot, dialog: TunnelDialog, program: Program
) -> None:
    retype(qtbot, dialog, "ports", "8888, 6006")
    retype(qtbot, dialog, "local-port", "9000")
    qtbot.keyClick(dialog.findChild(QCheckBox, "open-browser"), Qt.Key.Key_Space)
    qtbot.keyClick(field(dialog, "ports"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    ports = ("8888", "6006", "--local-port", "9000", "--events")
    assert program.last == (
        *("tunnel", "open", "daint", "nid006554", *ports),
        *("--open-browser", "--background"),
    )


def test_a_failure_is_shown_in_the_dialog(
    qtbot: QtBot, dialog: TunnelDialog, program: Program
) -> None:
    program.tunnel = [failed(Unreachable("port-busy", port=9000, holder="jupyter (7)"))]
    press(qtbot, dialog, "open-tunnel")
    assert "Connecting to nid006554" in note(dialog)
    qtbot.waitUntil(lambda: "jupyter (7) listens there" in note(dialog))
    assert dialog.isVisible()
    assert dialog.findChild(QPushButton, "open-tunnel").isEnabled()


def test_what_takes_long_can_be_given_up(
    qtbot: QtBot, dialog: TunnelDialog, program: Program
) -> None:
    program.tunnel = [{"event": "step", "id": "tunnel-connecting", "params": {}}]
    press(qtbot, dialog, "open-tunnel")
    assert not field(dialog, "node").isEnabled()
    press(qtbot, dialog, "cancel")
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert dialog.commands.is_idle


def test_the_plain_line_is_copied(qtbot: QtBot, dialog: TunnelDialog, program: Program) -> None:
    press(qtbot, dialog, "copy-command")
    qtbot.waitUntil(lambda: note(dialog).startswith("Copied"))
    assert QGuiApplication.clipboard().text() == "ssh -N 'a b'"
    assert program.last[-1] == "--print"


@pytest.mark.parametrize(
    ("name", "typed", "word"),
    [
        ("node", "", "name of the node"),
        ("ports", "jupyter", "port of the service"),
        ("ports", "0", "port of the service"),
        ("ports", "", "port of the service"),
        ("local-port", "x", "or nothing"),
        ("local-port", "1 2", "one port for each"),
    ],
)
def test_invalid_input_is_reported_at_once(
    qtbot: QtBot, dialog: TunnelDialog, program: Program, name: str, typed: str, word: str
) -> None:
    field(dialog, name).setText(typed)
    press(qtbot, dialog, "open-tunnel")
    assert word in note(dialog)
    assert field(dialog, name).hasFocus()
    assert len(program.called) == 1


def test_a_service_brings_its_port_and_a_port_its_service(
    qtbot: QtBot, dialog: TunnelDialog
) -> None:
    box = dialog.findChild(QComboBox, "service")
    assert [box.itemText(number) for number in range(box.count())] == services()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert field(dialog, "ports").text() == "6006"
    retype(qtbot, dialog, "ports", "8000")
    assert box.currentText() == "vLLM (8000)"
    retype(qtbot, dialog, "ports", "1234")
    assert box.currentText() == "Other"


def test_another_cluster_has_other_jobs(
    qtbot: QtBot, dialog: TunnelDialog, program: Program
) -> None:
    program.jobs = [NONE]
    qtbot.keyClick(dialog.findChild(QComboBox, "cluster"), Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: note(dialog, "jobs-note") == NO_JOBS)
    assert program.last == ("jobs", "list", "santis", "--events")
    assert rows(dialog) == 0


def test_a_list_that_is_late_is_not_taken_for_another_cluster_s(
    qtbot: QtBot, program: Program
) -> None:
    program.jobs = WAITS
    made = shown(qtbot, program)
    assert note(made, "jobs-note") == LISTING
    program.jobs = [JOBS]
    qtbot.keyClick(made.findChild(QComboBox, "cluster"), Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: rows(made) == 2)
    assert [call[2] for call in program.called] == ["daint", "santis"]


def test_the_reason_for_a_missing_list_is_shown(qtbot: QtBot, program: Program) -> None:
    program.jobs = [failed(NO_NETWORK)]
    made = shown(qtbot, program)
    qtbot.waitUntil(lambda: "cannot be reached" in note(made, "jobs-note"))
    assert made.findChild(QPushButton, "open-tunnel").isEnabled()


def test_without_a_good_key_no_host_is_asked(qtbot: QtBot, program: Program) -> None:
    made = shown(qtbot, program, can_log_in=False)
    assert note(made, "jobs-note") == NO_KEY
    assert program.called == []
    retype(qtbot, made, "node", "nid006554")
    press(qtbot, made, "open-tunnel")
    assert "waits for a new key" in note(made)


def answer(qtbot: QtBot, dialog: TunnelDialog, choice: str) -> str:
    box = dialog.findChildren(QMessageBox, "job-question")[-1]
    text = box.informativeText()
    qtbot.keyClick(
        next(button for button in box.buttons() if button.text() == choice), Qt.Key.Key_Space
    )
    return text


def test_a_job_is_ended_after_a_question(
    qtbot: QtBot, dialog: TunnelDialog, program: Program
) -> None:
    press(qtbot, dialog, "end-job")
    assert "jupyter on nid006554" in answer(qtbot, dialog, "&Keep it")
    assert len(program.called) == 1
    press(qtbot, dialog, "end-job")
    program.jobs = [NONE]
    answer(qtbot, dialog, "&End the job")
    qtbot.waitUntil(lambda: note(dialog, "jobs-note") == NO_JOBS)
    assert program.called[1:] == [
        ("jobs", "cancel", "daint", "4810021", "--yes", "--events"),
        ("jobs", "list", "daint", "--events"),
    ]
    assert note(dialog).startswith("Ended: jupyter")


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("8888", (8888,)),
        (" 8888,6006  22 ", (8888, 6006, 22)),
        ("", ()),
        ("65536", None),
        ("-1", None),
        ("8888;id", None),
        ("\N{ARABIC-INDIC DIGIT ONE}", None),
    ],
)
def test_ports_are_numbers(text: str, ports: tuple[int, ...] | None) -> None:
    assert parse_ports(text) == ports


def test_only_a_job_that_has_nodes_can_be_chosen() -> None:
    lines = running(JOBS["result"]["jobs"])
    assert [line.text for line in lines] == [
        "jupyter on nid006554, 22 h 47 min left (4810021)",
        "train-large-model on nid007001 and 2 more, 25 min left (4810022)",
    ]
    assert (service_of("8888"), service_of("1")) == (0, len(services()) - 1)
