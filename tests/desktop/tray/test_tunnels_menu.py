"""Tunnels in the tray: the submenu, the dot, and the question before the tray ends."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from alpkey.core.errors import Unreachable
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.tunnels.record import TunnelObservation, TunnelState, TunnelTarget, error_row
from alpkey.desktop.tray.quit_dialog import QuitDialog
from alpkey.desktop.tray.tunnels_menu import TunnelsMenu
from alpkey.desktop.views import status as status_view
from alpkey.desktop.views import tunnels as tunnel_view
from alpkey.desktop.views.tunnels import entries, title
from tests.core.state.test_snapshot import HOUR, NOW, snapshot
from tests.desktop.tray.test_menu import Done, Noting

WAY = TunnelTarget("daint", "nid006554", ((8888, 8888),))
JUPYTER = TunnelObservation("jupyter", WAY, TunnelState.OPEN, NOW)
TWO = TunnelTarget("santis", "nid007001", ((6006, 6006), (9000, 8080)))
BOARD = TunnelObservation("board", TWO, TunnelState.SILENT, NOW, silent=(8080,))
DEAD = JUPYTER._replace(id="dead", state=TunnelState.FAILED, alive=False)


def with_tunnels(*tunnels: TunnelObservation) -> Snapshot:
    return replace(snapshot(-HOUR, HOUR), tunnels=tunnels)


def show(menu: TunnelsMenu, *tunnels: TunnelObservation) -> None:
    menu.apply(title(tunnels), entries(with_tunnels(*tunnels)))


@pytest.fixture
def done() -> Done:
    return []


@pytest.fixture
def menu(qtbot: QtBot, done: Done) -> TunnelsMenu:
    made = TunnelsMenu(Noting(done))
    qtbot.addWidget(made)
    return made


def texts(menu: QMenu) -> list[str]:
    """Of all that shows; a line for a separator."""
    shown = [action for action in menu.actions() if action.isVisible()]
    return ["-" if action.isSeparator() else action.text() for action in shown]


NEW, JOBS = "New tunnel\N{HORIZONTAL ELLIPSIS}", "My jobs\N{HORIZONTAL ELLIPSIS}"
JUPYTER_IS = "nid006554 of daint, port 8888: {}"
BOARD_IS = "nid007001 of santis, ports 6006, 8080: no answer"


def test_without_tunnels_there_are_entries_for_new_ones(menu: TunnelsMenu, done: Done) -> None:
    assert (menu.title(), texts(menu)) == ("Tunnels", [NEW, JOBS])
    for action in menu.actions():
        action.trigger()
    assert done == [("open", "main", "tunnels"), ("open", "main", "jobs")]


def test_each_running_tunnel_has_its_own_menu(menu: TunnelsMenu, done: Done) -> None:
    show(menu, JUPYTER, DEAD, BOARD)
    assert menu.title() == "Tunnels (1 open, 1 not answering)"
    assert texts(menu) == [JUPYTER_IS.format("open"), BOARD_IS, "-", NEW, JOBS]
    own = menu.actions()[0].menu()
    assert isinstance(own, QMenu)
    assert texts(own) == ["Open in browser", "Copy address", "Close"]
    for action in own.actions():
        action.trigger()
    url = "http://127.0.0.1:8888"
    assert done == [("page", url), ("copy", url), ("close", "jupyter")]


def test_a_state_changes_in_place_and_an_address_too(menu: TunnelsMenu, done: Done) -> None:
    show(menu, JUPYTER, BOARD)
    before = menu.actions()
    moved = WAY._replace(ports=((9999, 8888),))
    show(menu, JUPYTER._replace(state=TunnelState.RECONNECTING, target=moved), BOARD)
    assert menu.actions() == before
    assert texts(menu)[0] == JUPYTER_IS.format("reconnecting")
    own = menu.actions()[0].menu()
    assert isinstance(own, QMenu)
    own.actions()[0].trigger()
    assert done == [("page", "http://127.0.0.1:9999")]


def test_one_that_is_closed_goes_and_the_others_stay(menu: TunnelsMenu) -> None:
    show(menu, JUPYTER, BOARD)
    kept = menu.actions()[1]
    show(menu, BOARD)
    assert menu.actions()[0] is kept
    assert texts(menu) == [BOARD_IS, "-", NEW, JOBS]
    show(menu)
    assert (menu.title(), texts(menu)) == ("Tunnels", [NEW, JOBS])


@pytest.mark.parametrize(
    ("tunnels", "dot"),
    [
        ((), False),
        ((DEAD,), False),
        ((BOARD,), False),
        ((JUPYTER,), True),
        ((BOARD, JUPYTER), True),
    ],
)
def test_the_dot_is_shown_while_a_service_answers(
    tunnels: tuple[TunnelObservation, ...], dot: bool
) -> None:
    assert status_view.icon(with_tunnels(*tunnels), NOW).dot is dot
    expired = replace(snapshot(-HOUR, timedelta(0)), tunnels=tunnels)
    assert status_view.icon(expired, NOW).dot is dot


def test_a_failed_tunnel_shows_why_and_what_to_do() -> None:
    error = error_row(Unreachable("job-ended", node="nid006554", name="daint"))
    said = tunnel_view.state(DEAD._replace(error=error))
    assert "The job on nid006554 has ended" in said
    assert "alpkey jobs daint" in said
    assert tunnel_view.state(BOARD).startswith("Port 8080 does not answer; ensure the server")


class Asked:
    """The question, and what came of it."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.quitting = QuitDialog(lambda: self.did.append("close"), lambda: self.did.append("end"))

    def boxes(self) -> list[QMessageBox]:
        found = [
            widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMessageBox)
        ]
        return [widget for widget in found if widget.isVisible()]

    def press(self, name: str) -> None:
        (box,) = self.boxes()
        next(button for button in box.findChildren(QPushButton) if name in button.text()).click()


@pytest.fixture
def asked(qtbot: QtBot) -> Asked:
    return Asked()


def test_without_tunnels_quit_asks_nothing(asked: Asked) -> None:
    asked.quitting.ask((DEAD,))
    assert (asked.did, asked.boxes()) == (["end"], [])


@pytest.mark.parametrize(
    ("name", "did"), [("lose them", ["close", "end"]), ("keep", ["end"]), ("Cancel", [])]
)
def test_with_tunnels_quit_asks_once_and_obeys(asked: Asked, name: str, did: list[str]) -> None:
    asked.quitting.ask((JUPYTER, BOARD, DEAD))
    asked.quitting.ask((JUPYTER, BOARD, DEAD))
    (box,) = asked.boxes()
    assert box.text() == "2 tunnels: 1 open, 1 not answering"
    asked.press(name)
    assert (asked.did, asked.boxes()) == (did, [])


def test_a_question_that_was_cancelled_is_asked_again(asked: Asked) -> None:
    asked.quitting.ask((BOARD,))
    asked.press("Cancel")
    asked.quitting.ask((BOARD,))
    assert asked.boxes()[0].text() == "1 tunnel not answering"
    asked.boxes()[0].reject()
    assert asked.did == []
