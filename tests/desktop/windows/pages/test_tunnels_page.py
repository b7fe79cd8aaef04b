"""The page of the tunnels, by keyboard, over states that a test chooses."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from alpkey.core.errors import Unreachable
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.tunnels.record import TunnelState
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.windows.pages.tunnels_page import TunnelsPage
from alpkey.desktop.windows.tunnel_dialog import TunnelDialog
from tests.core.sites import site
from tests.desktop.scenes import NOTEBOOK, NOW, failed, snapshot, tunnels
from tests.desktop.windows.test_tunnel_dialog import DONE, Program

Started = list[tuple[str, ...]]


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def started() -> Started:
    return []


@pytest.fixture
def page(qtbot: QtBot, program: Program, started: Started) -> TunnelsPage:
    made = TunnelsPage(site(), program.command, lambda *words: started.append(words), "")
    qtbot.addWidget(made, before_close_func=lambda window: end(qtbot, window))
    made.show()
    made.apply(state_of(snapshot()))
    return made


def end(qtbot: QtBot, page: TunnelsPage) -> None:
    for dialog in page.findChildren(TunnelDialog):
        dialog.close()
    qtbot.waitUntil(lambda: page.commands.is_idle and not page.findChildren(TunnelDialog))


def state_of(snapshot: Snapshot) -> CurrentState:
    return CurrentState(NOW, snapshot, site=site())


def text(page: TunnelsPage, name: str) -> str:
    return page.findChildren(QLabel, name)[-1].text()


def buttons(page: TunnelsPage, tunnel: str) -> list[str]:
    found = page.findChildren(QPushButton)
    mine = [widget for widget in found if widget.objectName().startswith(f"tunnel-{tunnel}-")]
    return [widget.text().replace("&", "") for widget in mine]


def press(qtbot: QtBot, page: TunnelsPage, tunnel: str, label: str) -> None:
    found = page.findChildren(QPushButton)
    mine = [widget for widget in found if widget.objectName().startswith(f"tunnel-{tunnel}-")]
    chosen = next(widget for widget in mine if widget.text().replace("&", "") == label)
    qtbot.keyClick(chosen, Qt.Key.Key_Space)


def show(page: TunnelsPage, *states: TunnelState) -> None:
    page.apply(state_of(tunnels(*states)))


ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
LIVING = ["Open in browser", "Copy address", f"End the job{ELLIPSIS}", "Close"]


def test_without_tunnels_the_page_explains_them(page: TunnelsPage) -> None:
    assert text(page, "tunnels-state") == "No tunnel is open"
    assert "stays open when this window is closed" in text(page, "what-for")


@pytest.mark.parametrize(
    ("state", "shown", "offered"),
    [
        (TunnelState.CONNECTING, "Connecting\n", LIVING),
        (TunnelState.OPEN, "Open\nhttp://127.0.0.1:8888", LIVING),
        (TunnelState.SILENT, "ensure the server listens on 127.0.0.1 of nid006554", LIVING),
        (TunnelState.RECONNECTING, "Reconnecting", LIVING),
        (
            TunnelState.WAITING,
            "Waiting for a new key",
            [f"Renew key{ELLIPSIS}", f"End the job{ELLIPSIS}", "Close"],
        ),
        (TunnelState.FAILED, "does not let you in", [f"Open again{ELLIPSIS}", "Remove"]),
        (TunnelState.JOB_ENDED, "the job has ended", [f"Open again{ELLIPSIS}", "Remove"]),
    ],
)
def test_each_state_in_words_and_with_what_can_be_done(
    page: TunnelsPage, state: TunnelState, shown: str, offered: list[str]
) -> None:
    show(page, state)
    assert text(page, "title-tunnel-0") == "nid006554 of daint, port 8888"
    assert shown in text(page, "state-tunnel-0")
    assert buttons(page, "tunnel-0") == offered


def test_every_button_has_a_letter_of_its_own(page: TunnelsPage) -> None:
    show(page, TunnelState.OPEN, TunnelState.SILENT)
    found = [button for button in page.findChildren(QPushButton) if button.isVisible()]
    letters = [widget.text().partition("&")[2][:1].lower() for widget in found]
    assert len(found) == 10
    assert "" not in letters
    assert len(set(letters)) == len(letters)


def test_an_address_is_opened_and_copied(
    qtbot: QtBot, page: TunnelsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    show(page, TunnelState.OPEN, TunnelState.OPEN)
    press(qtbot, page, "tunnel-1", "Open in browser")
    press(qtbot, page, "tunnel-1", "Copy address")
    assert opened == ["http://127.0.0.1:6006"]
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:6006"
    assert text(page, "tunnels-note") == "Copied: http://127.0.0.1:6006"


@pytest.mark.parametrize(
    ("state", "label"), [(TunnelState.OPEN, "Close"), (TunnelState.FAILED, "Remove")]
)
def test_one_is_closed_by_its_name(
    qtbot: QtBot, page: TunnelsPage, program: Program, state: TunnelState, label: str
) -> None:
    show(page, state)
    press(qtbot, page, "tunnel-0", label)
    qtbot.waitUntil(lambda: page.commands.is_idle)
    assert program.called == [("tunnel", "close", "tunnel-0", "--events")]


def test_a_tunnel_that_cannot_be_closed_is_reported(
    qtbot: QtBot, page: TunnelsPage, program: Program
) -> None:
    program.tunnel = [failed(Unreachable("tunnel-stuck", id="tunnel-0"))]
    show(page, TunnelState.OPEN)
    press(qtbot, page, "tunnel-0", "Close")
    qtbot.waitUntil(lambda: "does not answer" in text(page, "tunnels-note"))
    program.tunnel = DONE
    press(qtbot, page, "tunnel-0", "Close")
    qtbot.waitUntil(lambda: text(page, "tunnels-note") == "")


def test_one_that_waits_for_a_key_offers_to_renew(
    qtbot: QtBot, page: TunnelsPage, started: Started
) -> None:
    show(page, TunnelState.WAITING)
    press(qtbot, page, "tunnel-0", f"Renew key{ELLIPSIS}")
    assert started == [("window", "renew")]


@pytest.mark.parametrize(
    ("state", "label"), [(TunnelState.OPEN, "End the job"), (TunnelState.FAILED, "Open again")]
)
def test_the_dialog_is_filled_in_with_the_tunnel(
    qtbot: QtBot, page: TunnelsPage, state: TunnelState, label: str
) -> None:
    show(page, state, state)
    press(qtbot, page, "tunnel-1", f"{label}{ELLIPSIS}")
    (dialog,) = page.findChildren(TunnelDialog)
    assert dialog.findChild(QLineEdit, "node").text() == "nid007001"
    assert dialog.findChild(QLineEdit, "ports").text() == "6006 8000"


@pytest.mark.parametrize("name", ["new-tunnel", "my-jobs"])
def test_a_new_one_begins_with_the_last(qtbot: QtBot, page: TunnelsPage, name: str) -> None:
    page.apply(state_of(replace(snapshot(), last_tunnel=NOTEBOOK)))
    qtbot.keyClick(page.findChild(QPushButton, name), Qt.Key.Key_Space)
    (dialog,) = page.findChildren(TunnelDialog)
    assert dialog.findChild(QLineEdit, "node").text() == "nid006554"


def test_there_is_one_dialog_at_a_time(qtbot: QtBot, page: TunnelsPage) -> None:
    page.open_new()
    page.open_new(NOTEBOOK)
    (dialog,) = page.findChildren(TunnelDialog)
    dialog.close()
    qtbot.waitUntil(lambda: not page.findChildren(TunnelDialog))
    page.open_new(NOTEBOOK)
    assert len(page.findChildren(TunnelDialog)) == 1


def test_the_focus_stays_where_it_was_while_states_change(qtbot: QtBot, page: TunnelsPage) -> None:
    show(page, TunnelState.OPEN, TunnelState.OPEN)
    page.findChild(QPushButton, "tunnel-tunnel-1-1").setFocus()
    show(page, TunnelState.OPEN, TunnelState.RECONNECTING)
    qtbot.waitUntil(lambda: page.focusWidget().objectName() == "tunnel-tunnel-1-1")
    assert "Reconnecting" in text(page, "state-tunnel-1")
