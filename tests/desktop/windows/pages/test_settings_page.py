"""The page of settings, by keyboard, in a real main window whose children are the real program."""

import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from alpkey import glance
from alpkey.core.messages import settings as settings_messages
from alpkey.core.messages import setup as setup_messages
from alpkey.core.messages.errors import ERRORS
from alpkey.core.paths import Paths, user_paths
from alpkey.core.settings.settings import declared
from alpkey.desktop.views import status as status_view
from alpkey.desktop.windows.first_start.frame import SINGLE_PAGES
from alpkey.desktop.windows.main_window import TABS, MainWindow
from alpkey.desktop.windows.pages.settings_page import SettingsPage
from tests.core.sites import site

Opener = Callable[..., MainWindow]
PATIENCE_MS = 15_000


@pytest.fixture
def at() -> Paths:
    found = user_paths()
    for folder in (found.config, found.state, found.ssh, found.machine):
        folder.mkdir(parents=True)
    return found


@pytest.fixture
def opened(qtbot: QtBot, at: Paths) -> Opener:
    """Opens the window at this page; its last child has ended before it goes."""
    windows = []  # or Python takes it away at the test's end, before its child has ended

    def open_it(*, late: bool = False) -> MainWindow:
        window = MainWindow(at, site(), lambda *_: None)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(window, before_close_func=lambda window: end(qtbot, window))
        windows.append(window)
        pages = window.findChild(QTabWidget, "pages")
        if not late:
            pages.setCurrentWidget(window.findChild(SettingsPage))
        with qtbot.waitActive(window):
            window.show()
        pages.setCurrentWidget(window.findChild(SettingsPage))
        return window

    return open_it


def end(qtbot: QtBot, window: MainWindow) -> None:
    window.close()
    until_idle(qtbot, window)


def until_idle(qtbot: QtBot, window: MainWindow) -> None:
    page = window.findChild(SettingsPage)
    qtbot.waitUntil(
        lambda: page.commands.is_idle and page.autostart.commands.is_idle, timeout=PATIENCE_MS
    )


def text(window: MainWindow, name: str) -> str:
    return window.findChild(QLabel, name).text()


def written(at: Paths) -> dict[str, Any]:
    return tomllib.loads(at.settings.read_text()) if at.settings.exists() else {}


def until_written(qtbot: QtBot, at: Paths, **wanted: object) -> None:
    qtbot.waitUntil(lambda: written(at) == wanted, timeout=PATIENCE_MS)


def test_it_shows_what_is_in_force(qtbot: QtBot, at: Paths, opened: Opener) -> None:
    at.settings.write_text('username = "alice"\nicon = "ring"\nreminders = false\n')
    window = opened()
    assert window.findChild(QLineEdit, "username").text() == "alice"
    assert window.findChild(QLineEdit, "lead_time").text() == "2h"
    assert window.findChild(QComboBox, "icon").currentText() == "ring"
    assert not window.findChild(QCheckBox, "reminders").isChecked()
    for host in site().hosts:
        box = window.findChild(QCheckBox, f"cluster-{host.name}")
        if host.name == site().jump_host:
            assert box is None
        else:
            assert box.isChecked() == host.shown, host.name


def test_what_is_typed_is_written_and_comments_stay(
    qtbot: QtBot, at: Paths, opened: Opener
) -> None:
    at.settings.write_text("# mine\nlead_time = '1h'  # short\n")
    line = opened().findChild(QLineEdit, "lead_time")
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "180m")
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    until_written(qtbot, at, lead_time="3h")
    assert at.settings.read_text() == '# mine\nlead_time = "3h"  # short\n'
    qtbot.waitUntil(lambda: line.text() == "3h", timeout=PATIENCE_MS)


def test_switches_choices_and_clusters_are_written(qtbot: QtBot, at: Paths, opened: Opener) -> None:
    at.settings.write_text('[clusters]\nmine = "login.example.org"\n')
    window = opened()
    clusters = [host for host in site().hosts if host.name != site().jump_host]
    hidden = next(host.name for host in clusters if not host.shown)
    shown = next(host.name for host in clusters if host.shown)
    for name in ("reminders", f"cluster-{hidden}", f"cluster-{shown}"):
        qtbot.keyClick(window.findChild(QCheckBox, name), Qt.Key.Key_Space)
    icon = window.findChild(QComboBox, "icon")
    icon.setFocus()
    qtbot.keyClick(icon, Qt.Key.Key_Down)
    until_written(
        qtbot,
        at,
        clusters={"mine": "login.example.org", hidden: True, shown: False},
        reminders=False,
        icon="ring",
    )
    names = {host.name for host in glance.site(at).clusters}
    assert names == {host.name for host in site().clusters} - {shown} | {hidden, "mine"}


def test_the_last_of_many_changes_wins(qtbot: QtBot, at: Paths, opened: Opener) -> None:
    window = opened()
    box = window.findChild(QCheckBox, "reminders")
    for _ in range(5):
        qtbot.keyClick(box, Qt.Key.Key_Space)
    until_idle(qtbot, window)
    assert (box.isChecked(), written(at)) == (False, {"reminders": False})


def test_an_invalid_value_is_reported_at_its_row_and_can_be_corrected(
    qtbot: QtBot, at: Paths, opened: Opener
) -> None:
    window = opened()
    line = window.findChild(QLineEdit, "work_starts_at")
    line.selectAll()
    qtbot.keyClicks(line, "nine")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "nine" in text(window, "error-work_starts_at"), timeout=PATIENCE_MS)
    assert line.text() == "nine"
    assert written(at) == {}
    line.selectAll()
    qtbot.keyClicks(line, "09:00")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    until_written(qtbot, at, work_starts_at="09:00")
    qtbot.waitUntil(lambda: text(window, "error-work_starts_at") == "", timeout=PATIENCE_MS)


def test_a_locked_setting_is_grey_and_shows_who_manages_it(
    qtbot: QtBot, at: Paths, opened: Opener
) -> None:
    at.policies[0].write_text('username = "alice"\n[clusters]\ndaint = false\n')
    window = opened()
    line = window.findChild(QLineEdit, "username")
    assert (line.text(), line.isEnabled()) == ("alice", False)
    assert "managed by your organisation" in text(window, "help-username")
    assert "managed by your organisation" in line.accessibleDescription()
    assert not window.findChild(QCheckBox, "cluster-daint").isEnabled()
    assert window.findChild(QLineEdit, "lead_time").isEnabled()


def test_a_change_elsewhere_is_followed_but_not_over_what_is_typed(
    qtbot: QtBot, at: Paths, opened: Opener
) -> None:
    window = opened()
    typed = window.findChild(QLineEdit, "terminal")
    typed.setFocus()
    qtbot.keyClicks(typed, "kit")
    fresh = at.settings.with_name("fresh")
    fresh.write_text('username = "bob"\nterminal = ["xterm"]\n')
    fresh.replace(at.settings)
    other = window.findChild(QLineEdit, "username")
    qtbot.waitUntil(lambda: other.text() == "bob", timeout=PATIENCE_MS)
    assert typed.text() == "kit"


def test_an_unreadable_file_is_reported_and_not_replaced(
    qtbot: QtBot, at: Paths, opened: Opener
) -> None:
    at.settings.write_text("not toml [")
    window = opened()
    assert str(at.settings) in text(window, "settings-trouble")
    qtbot.keyClick(window.findChild(QCheckBox, "reminders"), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: text(window, "settings-trouble") == "", timeout=PATIENCE_MS)
    assert written(at) == {"reminders": False}
    (aside,) = at.config.glob("*.unreadable-*")
    assert aside.read_text() == "not toml ["


def test_closing_loses_nothing_that_was_typed(qtbot: QtBot, at: Paths, opened: Opener) -> None:
    window = opened()
    line = window.findChild(QLineEdit, "username")
    line.setFocus()
    qtbot.keyClicks(line, "alice")
    with qtbot.waitSignal(window.findChild(SettingsPage).commands.idle, timeout=PATIENCE_MS):
        window.close()
        assert not window.isVisible()
    assert written(at) == {"username": "alice"}


def test_no_control_is_squeezed_on_a_page_that_is_opened_late(
    qtbot: QtBot, at: Paths, opened: Opener
) -> None:
    window = opened(late=True)
    page = window.findChild(SettingsPage)
    rows = [page.findChild(QWidget, key) for key in declared()]
    rows += [box for box in page.findChildren(QCheckBox) if box.text()]
    qtbot.waitUntil(
        lambda: all(widget.height() >= widget.minimumSizeHint().height() for widget in rows)
    )
    assert all(widget.isVisible() for widget in rows)


def test_everything_has_a_name_and_a_letter_and_is_reached_by_tab(
    qtbot: QtBot, at: Paths, opened: Opener
) -> None:
    window = opened()
    page = window.findChild(SettingsPage)
    labels = [label for label in page.findChildren(QLabel) if label.buddy()]
    boxes = [box for box in page.findChildren(QCheckBox) if box.text()]
    assert not {label.buddy() for label in labels} & set(boxes)
    set_up = page.findChild(QPushButton, "set-up-parts")
    forget = page.findChild(QPushButton, "forget_password")
    letters = status_view.mnemonics([label.text() for label in (set_up, forget, *labels, *boxes)])
    assert len(letters) == 2 + len(labels) + len(boxes)
    assert len(labels) == len(declared())  # without the clusters, with the start at login
    assert not set(status_view.mnemonics(TABS.values())) & set(letters)
    until_idle(qtbot, window)
    names = []
    first = page.findChild(QLineEdit, "username")
    first.setFocus()
    while (now := QApplication.focusWidget()) is not None and now.objectName() not in names:
        assert now.accessibleName() or isinstance(now, QCheckBox)
        names.append(now.objectName())
        qtbot.keyClick(now, Qt.Key.Key_Tab)
    inside = [name for name in names if page.findChild(QWidget, name)]
    clusters = [box.objectName() for box in boxes]
    keys = [key for group in settings_messages.GROUPS.values() for key in group]
    at_clusters = keys.index("clusters")
    keys.insert(len(settings_messages.GROUPS[settings_messages.SIGN_IN]), "forget_password")
    at_clusters += 1
    rows = [*keys[:at_clusters], *clusters, *keys[at_clusters + 1 :], "autostart"]
    assert inside == [*rows, "search-settings", "set-up-parts"]


def test_each_setting_is_in_one_group() -> None:
    keys = [key for group in settings_messages.GROUPS.values() for key in group]
    assert sorted(keys) == sorted(declared())


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("ipv4", ["only_ipv4"]),
        ("KEYCHAIN", ["keep_sign_in", "forget_password"]),
        ("remind_again", ["remind_again"]),
        ("updates check", ["tell_updates"]),
        ("icon", ["icon", "lead_time", "autostart"]),
        ("nothing like it", []),
        ("", [*declared(), "autostart", "forget_password"]),
    ],
)
def test_the_search_shows_what_matches(
    qtbot: QtBot, opened: Opener, search: str, found: list[str]
) -> None:
    window = opened()
    qtbot.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    line = window.findChild(QLineEdit, "search-settings")
    assert line.hasFocus()
    qtbot.keyClicks(line, search)
    rows = {
        key: window.findChild(QWidget, f"row-{key}")
        for key in (*declared(), "autostart", "forget_password")
    }
    assert {key for key, row in rows.items() if row.isVisible()} == set(found)
    assert window.findChild(QLabel, "nothing-found").isVisible() == (not found)
    groups = [window.findChild(QWidget, f"group-{name}") for name in settings_messages.GROUPS]
    assert any(group.isVisible() for group in groups) == bool(found)


def test_the_start_at_login_is_a_setting(qtbot: QtBot, at: Paths, opened: Opener) -> None:
    window = opened()
    box = window.findChild(QCheckBox, "autostart")
    for on in (True, False):
        until_idle(qtbot, window)
        assert (box.isEnabled(), box.isChecked()) == (True, not on)
        qtbot.keyClick(box, Qt.Key.Key_Space)
        until_idle(qtbot, window)
        assert box.isChecked() is on
        assert bool(list(at.autostart.iterdir())) is on


def test_what_is_set_up_in_a_window_of_its_own(qtbot: QtBot, at: Paths) -> None:
    started: list[tuple[str, ...]] = []
    window = MainWindow(at, site(), lambda *arguments: started.append(arguments))
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(window)
    for entry in window.findChild(QPushButton, "set-up-parts").menu().actions():
        entry.trigger()
    assert started == [("window", name) for name in setup_messages.WINDOWS]
    assert setup_messages.WINDOWS.keys() == {"first-start", *SINGLE_PAGES}


def test_the_saved_password_is_forgotten_by_a_button(
    qtbot: QtBot, at: Paths, opened: Opener
) -> None:
    window = opened()
    until_idle(qtbot, window)
    qtbot.keyClick(window.findChild(QPushButton, "forget_password"), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: text(window, "error-forget_password") != "", timeout=PATIENCE_MS)
    said = text(window, "error-forget_password")
    assert said.startswith(ERRORS["username-missing"].title.split("{")[0])
