"""The first start, by keyboard, over children that say what a test wants."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
)
from pytestqt.qtbot import QtBot

from alpkey.core.paths import user_paths
from alpkey.core.state.snapshot import Snapshot, Stamp
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.file_watcher import FileWatcher
from alpkey.desktop.windows.first_start.frame import SINGLE_PAGES, FirstStart, OnePage
from alpkey.desktop.windows.first_start.key import KeyPage
from tests.core.sites import site
from tests.desktop import setup_scenes as says
from tests.desktop.scenes import NOW, end, snapshot
from tests.desktop.setup_scenes import Row

GOOD = snapshot(timedelta(hours=23))
COVERED = replace(GOOD, encrypted=True)


class Stage:
    """A home whose state and children a test decides; ``called`` are those that were started."""

    def __init__(self, qtbot: QtBot, seen: Snapshot) -> None:
        self._qtbot = qtbot
        self.seen = seen
        self.says: dict[str, list[list[Row]]] = {**says.SET_UP, "settings set": says.done()}
        self.called: list[tuple[str, ...]] = []
        self.started: list[tuple[str, ...]] = []
        self.renewals = 0
        known = replace(site(), updates="https://a.page/newest")
        self.world = says.world(CurrentState(NOW, seen, site=known), self.says)
        child = self.world.command
        self.world.current_state = lambda: CurrentState(NOW, self.seen, site=site())
        self.world.command = lambda *words: self.called.append(words[:-1]) or child(*words)
        self.world.start = lambda *words: self.started.append(words)
        self.world.renew = lambda _: self._renew()
        self.watch = FileWatcher(user_paths())
        self.window: QDialog | None = None

    def _renew(self) -> None:
        self.renewals += 1

    def open(self, page: str = "") -> None:
        if page:
            self.window = OnePage(self.world, SINGLE_PAGES[page])
        else:
            self.window = FirstStart(self.world, self.watch)
        self.window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        self._qtbot.addWidget(self.window, before_close_func=self._end)
        with self._qtbot.waitActive(self.window):
            self.window.show()

    def _end(self, window: QDialog) -> None:
        """Its last child has ended before it goes."""
        self._qtbot.waitUntil(lambda: end(window), timeout=15_000)

    def find(self, kind: type, name: str) -> Any:
        assert self.window is not None
        return self.window.findChild(kind, name)

    def until(self, true: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(true, timeout=15_000)

    def until_at(self, title: str) -> None:
        """Until this page is shown and its button can be pressed."""
        act = self.find(QPushButton, "act")
        self.until(lambda: self.find(QLabel, "heading").text() == title and act.isEnabled())

    def until_shown(self, text: str) -> None:
        self.until(lambda: text in says.text_of(self.window))

    def key(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        assert self.window is not None
        target = self.window.focusWidget() or self.window
        self._qtbot.keyClick(target, key, *modifiers)

    def type(self, text: str) -> None:
        assert self.window is not None
        self._qtbot.keyClicks(self.window.focusWidget(), text)

    def press(self, name: str) -> None:
        self.find(QPushButton, name).click()


@pytest.fixture
def stage(qtbot: QtBot) -> Callable[..., Stage]:
    def make(seen: Snapshot, page: str | None = "", **more: list[list[Row]]) -> Stage:
        made = Stage(qtbot, seen)
        made.says |= {name.replace("_", " "): rows for name, rows in more.items()}
        if page is not None:
            made.open(page)
        return made

    return make


Make = Callable[..., Stage]


def test_where_all_is_set_up_the_login_is_tried_at_once(stage: Make) -> None:
    home = stage(COVERED, doctor=says.done(**says.NO_TRAY))
    home.until_shown("a login to daint worked")
    home.until_shown("AppIndicator")
    asked = [" ".join(call[:2]) for call in home.called]
    assert sorted(asked) == ["autostart status", "config diff", "doctor", "hosts list"]


def test_the_name_is_remembered_before_the_renewal(stage: Make) -> None:
    home = stage(snapshot())
    home.until_at("Your key")
    home.type("alice")
    home.key(Qt.Key.Key_Return)
    home.until(lambda: home.renewals == 1)
    assert home.called == [("config", "diff"), ("settings", "set", "username", "alice")]


def test_the_name_in_their_own_lines_is_suggested(stage: Make) -> None:
    home = stage(snapshot(), config_diff=says.config(by_hand=True, user="alice"))
    home.until(lambda: home.find(QLineEdit, "username").text() == "alice")


def test_a_name_that_is_being_typed_stays(stage: Make) -> None:
    home = stage(snapshot(), None, config_diff=[[], says.config(user="alice")[0]])
    home.open()
    home.until_at("Your key")
    home.type("bo")
    home.find(KeyPage, "")._asking.answer(1, {})
    home.until(lambda: home.find(KeyPage, "").commands.is_idle)
    assert home.find(QLineEdit, "username").text() == "bo"


@pytest.mark.parametrize("name", ["alice@cscs.ch", "A", "x" * 17])
def test_an_invalid_name_is_reported_at_once(stage: Make, name: str) -> None:
    home = stage(snapshot())
    home.until_at("Your key")
    home.type(name)
    home.key(Qt.Key.Key_Return)
    assert "it is not your e-mail address" in says.text_of(home.window)
    assert home.find(QLineEdit, "username").hasFocus()
    assert (home.called, home.renewals) == ([("config", "diff")], 0)


def test_without_a_name_the_form_asks(stage: Make) -> None:
    home = stage(snapshot())
    home.until_at("Your key")
    home.key(Qt.Key.Key_Return)
    assert (home.called, home.renewals) == ([("config", "diff")], 1)


def test_the_next_page_comes_with_the_certificate(stage: Make) -> None:
    home = stage(snapshot(), config_diff=says.config())
    home.until_at("Your key")
    home.watch.changed.emit()
    assert home.find(QLabel, "heading").text() == "Your key"
    home.seen = replace(COVERED, stamp=Stamp(1, 1))
    home.watch.changed.emit()
    home.until_at("Your ssh configuration")


def test_a_key_that_is_good_can_be_gone_back_to_and_stays(stage: Make) -> None:
    home = stage(snapshot(), config_diff=says.config())
    home.until_at("Your key")
    home.press("skip")
    home.until_at("Your ssh configuration")
    home.seen = COVERED
    home.press("back")
    home.until_at("Your key")
    home.watch.changed.emit()
    assert home.find(QLabel, "heading").text() == "Your key"
    assert not home.find(QPushButton, "back").isVisible()


def test_skip_leaves_everything_as_it_is(stage: Make) -> None:
    home = stage(GOOD, config_diff=says.config(), hosts_list=says.hosts(**says.ALL_NEW))
    for title in ("Your ssh configuration", "The hosts and their keys", "Protect the key"):
        home.until_at(title)
        home.key(Qt.Key.Key_S, Qt.KeyboardModifier.AltModifier)
    home.until_at("A first login")
    changing = {"apply", "accept", "set", "keychain", "remove", "on"}
    assert all(not changing & {*call} or "--check" in call for call in home.called)


def test_a_page_that_was_skipped_is_not_ticked(stage: Make) -> None:
    home = stage(COVERED, config_diff=says.config(), hosts_list=says.hosts(**says.ALL_NEW))
    for title in ("Your ssh configuration", "The hosts and their keys"):
        home.until_at(title)
        home.press("skip")
    home.until_at("A first login")
    steps = home.find(QLabel, "progress").text()
    ticked = {
        name for name in ("Key", "ssh", "Host keys", "Protection") if f"\u2713 {name}" in steps
    }
    assert ticked == {"Key", "Protection"}


def question(name: str, value: str) -> list[Row]:
    field = {"name": name, "kind": "confirm", "kept": False, "value": value}
    return [{"event": "ask", "ask": 1, "fields": [field], "error": None}]


def test_the_line_is_put_in_as_it_was_shown(stage: Make) -> None:
    applied = says.config(changed=True)[0]
    home = stage(
        COVERED,
        config_diff=says.config(),
        config_apply=[question("apply", says.DIFF), applied],
    )
    home.until_at("Your ssh configuration")
    assert home.find(QPlainTextEdit, "diff").toPlainText() == says.DIFF
    home.key(Qt.Key.Key_Space)
    assert home.find(QCheckBox, "on-demand").isChecked()
    home.key(Qt.Key.Key_Return)
    home.until_at("A first login")
    assert ("config", "apply", "--on-demand") in home.called


def test_a_file_that_changed_meanwhile_is_shown_again(stage: Make) -> None:
    home = stage(
        COVERED,
        config_diff=says.config(),
        config_apply=[question("apply", "another"), says.config()[0]],
    )
    home.until_at("Your ssh configuration")
    home.says["config diff"] = says.config(diff="another")
    home.key(Qt.Key.Key_Return)
    home.until(lambda: home.find(QPlainTextEdit, "diff").toPlainText() == "another")
    home.until_shown("was changed meanwhile")
    home.until_at("Your ssh configuration")
    home.key(Qt.Key.Key_Return)
    home.until_at("A first login")


def test_what_ssh_refuses_is_shown_and_checked_again(stage: Make) -> None:
    home = stage(COVERED, config_diff=says.failed(says.REFUSED))
    home.until_shown("ssh itself refuses")
    home.until_at("Your ssh configuration")
    home.says["config diff"] = says.config()
    home.key(Qt.Key.Key_Return)
    home.until(lambda: home.find(QPlainTextEdit, "diff").isVisible())
    assert "refuses" not in says.text_of(home.window)


def shown(name: str) -> str:
    host = says.host(name, "unknown")
    return f"{name} ({host['host_name']}): {host['type']} {host['fingerprint']}"


def test_one_press_accepts_the_keys_that_were_shown(stage: Make) -> None:
    home = stage(
        COVERED,
        hosts_list=says.hosts(**says.ALL_NEW),
        hosts_accept=[question("host", shown("daint")), says.hosts(**says.ALL_KNOWN)[0]],
    )
    home.until_at("The hosts and their keys")
    home.key(Qt.Key.Key_Return)
    home.until_at("A first login")
    assert ("hosts", "accept", *says.ALL_NEW) in home.called


def test_a_key_that_was_not_shown_is_not_accepted(stage: Make) -> None:
    other = shown("daint").replace("SHA256:", "SHA256:other")
    home = stage(
        COVERED,
        hosts_list=says.hosts(**says.ALL_NEW),
        hosts_accept=[question("host", other), says.hosts(**says.ALL_KNOWN)[0]],
    )
    home.until_at("The hosts and their keys")
    home.key(Qt.Key.Key_Return)
    home.until_shown("another key than a moment ago")
    home.until_at("The hosts and their keys")


def test_the_keychain_comes_first_where_it_can_keep_it(stage: Make) -> None:
    home = stage(GOOD)
    home.until_at("Protect the key")
    assert home.find(QRadioButton, "way-keychain").isChecked()
    home.says["passphrase keychain"] = says.done(changed=True)
    home.key(Qt.Key.Key_Return)
    home.until_at("A first login")
    assert ("passphrase", "keychain") in home.called


def test_else_no_passphrase_comes_first(stage: Make) -> None:
    home = stage(GOOD, passphrase_keychain=says.keychain(usable=False))
    home.until_at("Protect the key")
    assert home.find(QRadioButton, "way-none").isChecked()
    assert not home.find(QRadioButton, "way-keychain").isEnabled()
    assert "strongly recommends" in says.text_of(home.window)
    home.key(Qt.Key.Key_Return)
    home.until_at("A first login")
    assert not {"set", "remove"} & {call[1] for call in home.called if len(call) > 1}


def test_a_passphrase_is_typed_twice_and_stored_nowhere(stage: Make) -> None:
    asks = says.ask(1, "passphrase", "passphrase_again")
    home = stage(GOOD, passphrase_set=[[asks], says.done(changed=True)[0]])
    home.until_at("Protect the key")
    home.key(Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    home.until(home.find(QRadioButton, "way-own").isChecked)
    for _ in range(2):
        home.key(Qt.Key.Key_Tab)
        home.type("correct horse")
    home.key(Qt.Key.Key_Return)
    home.until_at("A first login")
    fields = [home.find(QLineEdit, name) for name in ("passphrase", "passphrase_again")]
    assert [field.text() for field in fields] == ["", ""]


def test_the_old_one_is_asked_for_to_remove_it(stage: Make) -> None:
    home = stage(
        COVERED,
        "passphrase",
        passphrase_keychain=says.keychain(encrypted=True),
        passphrase_remove=[[says.ask(1, "passphrase")], says.done(changed=True)[0]],
    )
    act = home.find(QPushButton, "act")
    home.until(act.isEnabled)
    home.find(QRadioButton, "way-none").click()
    assert "Remove" in act.text().replace("&", "")
    home.key(Qt.Key.Key_Return)
    old = home.find(QLineEdit, "old_passphrase")
    home.until(lambda: old.isVisible() and old.hasFocus())
    home.type("correct horse")
    home.key(Qt.Key.Key_Return)
    home.until(lambda: not home.window.isVisible())


def test_what_stops_a_login_is_shown_and_tried_again(stage: Make) -> None:
    home = stage(COVERED, doctor=says.done(**says.STOPPED))
    home.until_shown("Check that MFA is set up")
    home.press("doctor")
    assert home.started == [("window", "main", "--page", "doctor")]
    home.says["doctor"] = says.done(**says.NO_TRAY)
    home.press("again")
    home.until_shown("a login to daint worked")


def test_starting_at_login_is_one_tick(stage: Make) -> None:
    home = stage(COVERED, autostart_on=says.done(on=True), autostart_off=says.done(on=False))
    tick = home.find(QCheckBox, "autostart")
    home.until(tick.isVisible)
    assert not tick.isChecked()
    for verb in ("on", "off"):
        tick.click()
        home.until(lambda verb=verb: ("autostart", verb) in home.called)
    home.until(lambda: not tick.isChecked())


def test_newer_versions_are_asked_for_on_one_tick(stage: Make) -> None:
    home = stage(COVERED, settings_set=says.done())
    tick = home.find(QCheckBox, "news")
    home.until(tick.isVisible)
    assert not tick.isChecked()
    for verb in ("on", "off"):
        tick.click()
        asked = ("settings", "set", "tell_updates", verb)
        home.until(lambda asked=asked: asked in home.called)


def test_the_last_click_goes_to_a_cluster(stage: Make) -> None:
    home = stage(COVERED, doctor=says.done(**says.NO_TRAY))
    home.until_shown("worked")
    home.press("connect-daint")
    assert home.started == [("connect", "daint")]
    home.until(lambda: not home.window.isVisible())


@pytest.mark.parametrize("waits_at", ["config diff", "hosts list", "passphrase keychain", "doctor"])
def test_escape_ends_it_at_every_moment(stage: Make, waits_at: str) -> None:
    home = stage(GOOD if waits_at.startswith("pass") else COVERED, None)
    home.says[waits_at] = [[]]
    home.open()
    home.until(lambda: any(" ".join(call[:2]).startswith(waits_at) for call in home.called))
    home.key(Qt.Key.Key_Escape)
    home.until(lambda: not home.window.isVisible())


def test_the_demo_fills_in_the_username_and_no_suggestion_replaces_it(stage: Make) -> None:
    home = stage(snapshot(), config_diff=says.config(by_hand=True, user="bob"))
    home.window.fill("alice")
    home.until_at("Your key")
    home.until(lambda: all(page.commands.is_idle for page in home.window.findChildren(KeyPage)))
    assert home.find(QLineEdit, "username").text() == "alice"
