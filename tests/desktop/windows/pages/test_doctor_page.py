"""The page of the doctor in a real main window, whose children are the real program."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QPushButton, QTabWidget
from pytestqt.qtbot import QtBot

from alpkey.core.doctor.buttons import FIX
from alpkey.core.doctor.check import Check
from alpkey.core.doctor.diagnosis import CHECKS
from alpkey.core.messages import doctor as doctor_messages
from alpkey.core.paths import Paths, user_paths
from alpkey.desktop.views import findings as finding_view
from alpkey.desktop.windows.main_window import MainWindow
from alpkey.desktop.windows.pages.doctor_page import DoctorPage, ReportDialog
from tests.core.sites import site
from tests.keys import make_key, sign

PATIENCE_MS = 20_000
Started = list[tuple[str, ...]]
Opener = Callable[[], MainWindow]

# Ports without a listener: loopback only, and no waiting.
NOWHERE = """
[services.sshservice]
url = "https://127.0.0.1:9/"
[hosts.ela]
host_name = "127.0.0.1"
port = 9
"""


@pytest.fixture
def at() -> Paths:
    """A home with a pair that is good; neither hosts nor service are there."""
    found = user_paths()
    for folder in (found.config, found.state, found.ssh):
        folder.mkdir(parents=True, mode=0o700)
    found.site.write_text(NOWHERE)
    found.site.chmod(0o600)
    key = make_key(found.private_key(site().key_file))
    sign(make_key(found.state / "ca"), key)
    return found


@pytest.fixture
def started() -> Started:
    return []


@pytest.fixture
def opened(qtbot: QtBot, at: Paths, started: Started) -> Iterator[Opener]:
    windows: list[MainWindow] = []

    def open_it() -> MainWindow:
        window = MainWindow(at, site(), lambda *arguments: started.append(arguments))
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(window, before_close_func=lambda window: end(qtbot, window))
        windows.append(window)
        window.show()
        return window

    yield open_it
    windows.clear()


def end(qtbot: QtBot, window: MainWindow) -> None:
    window.close()
    qtbot.waitUntil(lambda: page(window).commands.is_idle, timeout=PATIENCE_MS)


def page(window: MainWindow) -> DoctorPage:
    found = window.findChild(DoctorPage)
    assert isinstance(found, DoctorPage)
    return found


def turn_to_it(qtbot: QtBot, window: MainWindow) -> None:
    """The findings are there once this returns."""
    window.findChild(QTabWidget, "pages").setCurrentWidget(page(window))
    until_examined(qtbot, window)


def until_examined(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(
        lambda: (
            page(window).commands.is_idle
            and text(window, "doctor-state") != doctor_messages.EXAMINING
        ),
        timeout=PATIENCE_MS,
    )


def text(window: MainWindow, name: str) -> str:
    return window.findChild(QLabel, name).text()


def press(qtbot: QtBot, window: MainWindow, name: str) -> None:
    qtbot.keyClick(window.findChild(QPushButton, name), Qt.Key.Key_Space)


def test_the_doctor_runs_only_once_its_page_is_shown(opened: Opener) -> None:
    assert page(opened()).commands.is_idle


def test_findings_are_shown_worst_first_and_fixed_by_a_click(
    qtbot: QtBot, at: Paths, opened: Opener
) -> None:
    key = at.private_key(site().key_file)
    key.chmod(0o644)
    window = opened()
    turn_to_it(qtbot, window)
    titles = [
        label.text()
        for label in window.findChildren(QLabel)
        if label.objectName().startswith("title-")
    ]
    assert titles[0] == "Stops a login: Others may read the private key"
    assert str(key) in text(window, "line-key-open-0")
    press(qtbot, window, "fix-key-open")
    until_examined(qtbot, window)
    assert key.stat().st_mode & 0o777 == 0o600
    assert window.findChild(QLabel, "title-key-open") is None


def test_an_expired_key_is_renewed_in_its_window(
    qtbot: QtBot, at: Paths, opened: Opener, started: Started
) -> None:
    key = at.private_key(site().key_file)
    key.unlink()
    key.with_name(f"{key.name}.pub").unlink()
    window = opened()
    turn_to_it(qtbot, window)
    press(qtbot, window, "fix-half-pair")
    assert started == [("window", "renew", "--again")]


class Renewal(QDialog):
    """What a click opens instead of the renewal: it fixes something before it ends."""


def test_the_doctor_runs_again_once_the_window_for_a_finding_is_closed(
    qtbot: QtBot, at: Paths, opened: Opener, started: Started
) -> None:
    key = at.private_key(site().key_file)
    key.rename(key.with_suffix(".away"))
    window = opened()
    turn_to_it(qtbot, window)
    dialog = Renewal(window)
    page(window)._start = lambda *arguments: started.append(arguments) or dialog
    press(qtbot, window, "fix-half-pair")
    key.with_suffix(".away").rename(key)
    dialog.deleteLater()
    qtbot.waitUntil(
        lambda: window.findChild(QLabel, "title-half-pair") is None, timeout=PATIENCE_MS
    )
    until_examined(qtbot, window)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_finding_has_the_button_of_its_fix_or_of_its_window(check: Check) -> None:
    assert check.fix is None or check.button is None, "one button a finding"
    assert check.button is None or (check.button.label and check.button.window)
    assert finding_view.button({"id": check.id, "fix": None}) is check.button
    if check.fix:
        assert finding_view.button({"id": check.id, "fix": check.id}) is FIX


def test_a_finding_of_a_later_version_has_no_button_but_its_advice() -> None:
    finding = {"id": "of-a-later-version", "fix": None, "detail": "It is", "next_step": "Do this"}
    assert finding_view.button(finding) is None
    assert finding_view.lines({**finding, "consequences": []}) == ["It is", "Do this"]


@pytest.mark.parametrize(
    ("name", "shown"), [("key-open", 1), ("key-expired", 1), ("login-refused", 2), ("no-locks", 2)]
)
def test_the_advice_is_left_out_only_where_the_button_says_it(name: str, shown: int) -> None:
    (check,) = (check for check in CHECKS if check.id == name)
    row = {"id": name, "fix": name if check.fix else None, "detail": "It is", "next_step": "Do"}
    assert len(finding_view.lines({**row, "consequences": []})) == shown


def test_a_report_is_shown_in_full_before_it_is_copied(qtbot: QtBot, opened: Opener) -> None:
    window = opened()
    turn_to_it(qtbot, window)
    QGuiApplication.clipboard().setText("other")
    press(qtbot, window, "report-public")
    until_examined(qtbot, window)
    dialog = window.findChild(ReportDialog)
    shown = dialog.findChild(QPlainTextEdit).toPlainText()
    assert "for the public" in shown
    assert text(window, "support") == "The support of the centre: https://support.cscs.ch"
    assert "alice" not in shown
    assert QGuiApplication.clipboard().text() == "other"
    qtbot.keyClick(dialog.findChild(QPushButton, "copy"), Qt.Key.Key_Space)
    assert QGuiApplication.clipboard().text() == shown
    dialog.close()


def test_the_window_closes_while_it_looks(qtbot: QtBot, opened: Opener) -> None:
    window = opened()
    window.findChild(QTabWidget, "pages").setCurrentWidget(page(window))
    assert not page(window).commands.is_idle
    window.close()
    assert not window.isVisible()
    qtbot.waitUntil(lambda: page(window).commands.is_idle, timeout=PATIENCE_MS)


def test_an_error_is_shown(qtbot: QtBot, at: Paths, opened: Opener) -> None:
    at.settings.write_text("lead_time = 7")
    window = opened()
    turn_to_it(qtbot, window)
    assert "lead_time" in text(window, "doctor-error")


def test_a_button_takes_the_place_of_the_advice() -> None:
    finding = {
        "id": "key-open",
        "severity": "error",
        "title": "T",
        "detail": "D",
        "next_step": "Do",
        "fix": "key-open",
        "consequences": [{"title": "C", "detail": "E"}],
    }
    assert finding_view.button(finding) is FIX
    assert finding_view.lines(finding) == ["D", "From this follows: C. E"]
    other = {**finding, "id": "offline", "fix": None}
    assert finding_view.button(other) is None
    assert finding_view.lines(other) == ["D", "Do", "From this follows: C. E"]
    assert finding_view.title(finding) == "Stops a login: T"
