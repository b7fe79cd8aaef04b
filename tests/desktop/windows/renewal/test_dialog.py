"""The renewal dialog, by keyboard, with a child that sends what the real one sends."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from alpkey.core.settings.policy import choose
from alpkey.core.site import SignInMethod, Site
from alpkey.core.state.snapshot import Snapshot
from alpkey.desktop.current_state import CurrentState
from alpkey.desktop.screen_reader import ScreenReader
from alpkey.desktop.windows.renewal import auto_close
from alpkey.desktop.windows.renewal.controller import RenewalController
from alpkey.desktop.windows.renewal.dialog import RenewalDialog, RenewalWorld
from alpkey.desktop.windows.renewal.screens import Failure, FailureAction
from alpkey.desktop.windows.widgets import CodeEdit
from tests.core.sites import site, site_taking
from tests.core.state.test_snapshot import HOUR, MISSING, NOW, snapshot

FAKE = Path(__file__).parents[2] / "fake_renewal.py"
PASSWORD = "p a\"'$w"
Started = list[tuple[str, ...]]


class FakeReader(ScreenReader):
    """A fake of a screen reader, which a test turns on and off."""

    def turn(self, active: bool) -> None:
        self._learn(("b", active))


Opener = Callable[..., RenewalDialog]


@pytest.fixture
def started() -> Started:
    return []


@pytest.fixture
def reader() -> FakeReader:
    return FakeReader()


@pytest.fixture
def opened(qtbot: QtBot, started: Started, reader: FakeReader) -> Opener:
    """Opens the dialog over a snapshot."""

    def open_it(
        state: Snapshot = MISSING,
        then_connect: str | None = None,
        child: str = "",
        at: Site | None = None,
        **settings: bool,
    ) -> RenewalDialog:
        world = RenewalWorld(
            at or site(),
            lambda: CurrentState(NOW, state, chosen=choose({}, settings)),
            lambda *arguments: [sys.executable, "-P", str(FAKE), child, *arguments],
            lambda *arguments: started.append(arguments),
            reader,
            lambda: NOW,
        )
        dialog = RenewalDialog(world, then_connect)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(dialog, before_close_func=lambda window: _end(qtbot, window))
        dialog.show()
        return dialog

    return open_it


def _end(qtbot: QtBot, dialog: RenewalDialog) -> None:
    dialog.close()
    qtbot.waitUntil(lambda: not dialog.is_running)


def line(dialog: RenewalDialog, name: str) -> QLineEdit:
    found = dialog.findChildren(QLineEdit, name)
    return found[-1]


def text(dialog: RenewalDialog, name: str) -> str:
    return dialog.findChildren(QLabel, name)[-1].text()


def press(qtbot: QtBot, dialog: RenewalDialog, name: str) -> None:
    def shown() -> list[QPushButton]:
        return [button for button in dialog.findChildren(QPushButton, name) if button.isVisible()]

    qtbot.waitUntil(lambda: bool(shown()))
    qtbot.keyClick(shown()[0], Qt.Key.Key_Space)


def sign_in(qtbot: QtBot, dialog: RenewalDialog, code: str) -> None:
    """Types into what has the focus, as a user does."""
    qtbot.waitUntil(lambda: line(dialog, "otp").isEnabled())
    if not line(dialog, "password").text():
        qtbot.keyClicks(line(dialog, "password"), PASSWORD)
    qtbot.keyClicks(line(dialog, "otp"), code)


def test_secrets_are_locked_until_the_service_is_proven(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened()
    assert not line(dialog, "password").isEnabled()
    qtbot.waitUntil(lambda: line(dialog, "password").isEnabled())
    assert line(dialog, "username").text() == "alice"


def test_the_sixth_digit_signs_in_and_success_offers_where_to_go(
    qtbot: QtBot, opened: Opener, started: Started
) -> None:
    dialog = opened()
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: bool(dialog.findChildren(QPushButton, "connect-daint")))
    press(qtbot, dialog, "connect-daint")
    assert started == [("connect", "daint")]
    assert not dialog.isVisible()


def test_enter_signs_in_where_the_sixth_digit_does_not(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened(submit_at_sixth_digit=False)
    sign_in(qtbot, dialog, "123456")
    assert line(dialog, "otp").isEnabled()
    assert "Enter" in line(dialog, "otp").accessibleDescription()
    qtbot.keyClick(line(dialog, "otp"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(dialog.findChildren(QPushButton, "connect-daint")))


def test_a_refusal_keeps_the_password_and_empties_the_code(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened()
    sign_in(qtbot, dialog, "000000")
    qtbot.waitUntil(lambda: "wrong" in text(dialog, "error-otp"))
    assert line(dialog, "password").text() == PASSWORD
    assert line(dialog, "otp").text() == ""
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: not dialog.is_running)


def test_the_cursor_never_moves_while_the_user_types(qtbot: QtBot, opened: Opener) -> None:
    """The service may be proven in the middle of a name."""
    dialog = opened()
    line(dialog, "username").setFocus()
    qtbot.keyClicks(line(dialog, "username"), "al")
    qtbot.waitUntil(lambda: line(dialog, "otp").isEnabled())
    assert dialog.focusWidget() is line(dialog, "username")


def test_letters_are_no_digits_and_pasted_spaces_vanish(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened()
    qtbot.waitUntil(lambda: line(dialog, "otp").isEnabled())
    qtbot.keyClicks(line(dialog, "otp"), "12a 3")
    assert line(dialog, "otp").text() == "123"
    clipboard = QApplication.clipboard()
    clipboard.setText("654 321")
    line(dialog, "otp").selectAll()
    line(dialog, "otp").paste()
    assert line(dialog, "otp").text() == "654321"


def test_a_child_that_crashes_is_reported_and_can_be_tried_again(
    qtbot: QtBot, opened: Opener
) -> None:
    dialog = opened()
    sign_in(qtbot, dialog, "999999")
    qtbot.waitUntil(lambda: "broke off" in text(dialog, "heading"))
    press(qtbot, dialog, "again")
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: bool(dialog.findChildren(QPushButton, "connect-daint")))


def test_escape_cancels(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened()
    qtbot.waitUntil(lambda: line(dialog, "otp").isEnabled())
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert not dialog.is_running


def test_a_good_key_is_shown_first(qtbot: QtBot, opened: Opener, started: Started) -> None:
    dialog = opened(snapshot(before=13 * HOUR))
    assert text(dialog, "heading") == "The key is still good"
    press(qtbot, dialog, "renew-anyway")
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: not dialog.is_running)


def test_enter_on_a_good_key_connects_and_renews_nothing(
    qtbot: QtBot, opened: Opener, started: Started
) -> None:
    dialog = opened(snapshot(before=13 * HOUR))
    assert dialog.focusWidget().objectName().startswith("connect-")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    [(program, _)] = started
    assert program == "connect"
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_it_connects_by_itself_where_that_was_wanted(
    qtbot: QtBot, opened: Opener, started: Started
) -> None:
    dialog = opened(then_connect="santis")
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: started == [("connect", "santis")])


def test_a_question_waits_behind_a_good_key(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened(snapshot(before=13 * HOUR), child="foreign")
    qtbot.waitUntil(lambda: dialog.is_asked)
    assert text(dialog, "heading") == "The key is still good"
    press(qtbot, dialog, "renew-anyway")
    assert "/home/alice/.ssh/cscs-key" in text(dialog, "question")
    press(qtbot, dialog, "replace")
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: not dialog.is_running)


def test_a_key_of_another_program_stays_after_a_no(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened(child="foreign")
    qtbot.waitUntil(lambda: bool(dialog.findChildren(QPushButton, "leave")))
    press(qtbot, dialog, "leave")
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_escape_right_after_opening_is_not_lost(qtbot: QtBot, opened: Opener) -> None:
    """The child may not even have started."""
    dialog = opened()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_no_two_fields_or_buttons_share_a_shortcut(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened()
    shown = [label for label in dialog.findChildren(QLabel) if label.buddy()]
    buttons = [button for button in dialog.findChildren(QPushButton) if button.isVisible()]
    letters = [button.text().partition("&")[2][:1].lower() for button in (*shown, *buttons)]
    mnemonics = [letter for letter in letters if letter]
    assert len(mnemonics) >= 4
    assert len(mnemonics) == len(set(mnemonics))


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What the dialog answered, each time."""
    answers: list[dict[str, object]] = []

    def warned(self: RenewalController, code: str, params: dict[str, dict[str, object]]) -> None:
        if code == "answered":
            answers.append(params["values"])

    monkeypatch.setattr(RenewalController, "warned", warned)
    return answers


def test_a_saved_password_need_not_be_typed(
    qtbot: QtBot, opened: Opener, answered: list[dict[str, object]]
) -> None:
    dialog = opened(child="kept")
    qtbot.waitUntil(lambda: shows(dialog, "type-password"))
    assert not line(dialog, "password").isVisible()
    assert not dialog.findChildren(QCheckBox, "keep")[-1].isVisible()
    assert dialog.focusWidget() is line(dialog, "otp")
    qtbot.keyClicks(line(dialog, "otp"), "123456")
    qtbot.waitUntil(lambda: not dialog.is_running)
    assert answered == [{"username": "alice", "otp": "123456"}]


def shows(dialog: RenewalDialog, name: str) -> bool:
    return any(button.isVisible() for button in dialog.findChildren(QPushButton, name))


def test_a_saved_password_can_be_typed_nevertheless(
    qtbot: QtBot, opened: Opener, answered: list[dict[str, object]]
) -> None:
    dialog = opened(child="kept")
    press(qtbot, dialog, "type-password")
    assert dialog.focusWidget() is line(dialog, "password")
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: not dialog.is_running)
    assert answered == [{"username": "alice", "password": PASSWORD, "otp": "123456"}]


def test_a_refused_saved_password_is_asked_for(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened(child="kept")
    qtbot.waitUntil(lambda: shows(dialog, "type-password"))
    qtbot.keyClicks(line(dialog, "otp"), "000000")
    qtbot.waitUntil(lambda: "wrong" in text(dialog, "error-otp"))
    assert line(dialog, "password").isVisible()
    assert dialog.focusWidget() is line(dialog, "password")
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: not dialog.is_running)


def test_for_another_account_it_has_to_be_typed(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened(child="kept")
    qtbot.waitUntil(lambda: shows(dialog, "type-password"))
    qtbot.keyClicks(line(dialog, "username"), "2")
    assert line(dialog, "password").isVisible()


def test_a_keychain_that_comes_late_does_not_answer_for_another(
    qtbot: QtBot, opened: Opener
) -> None:
    dialog = opened()
    qtbot.keyClicks(line(dialog, "username"), "bob")
    dialog.form.set_fields(
        [{"name": "username", "kept": False, "value": "alice"}, {"name": "password", "kept": True}]
    )
    assert line(dialog, "password").isVisible()


def test_a_field_that_is_being_typed_is_not_replaced(qtbot: QtBot, opened: Opener) -> None:
    """The keychain was too late."""
    dialog = opened()
    qtbot.waitUntil(lambda: line(dialog, "password").isEnabled())
    qtbot.keyClicks(line(dialog, "password"), "begun")
    kept = [{"name": "password", "kept": True}]
    dialog.form.set_fields(kept)
    assert line(dialog, "password").isVisible()
    assert dialog.form.values()["password"] == "begun"


def test_a_code_generator_leaves_the_password_to_type(
    qtbot: QtBot, opened: Opener, answered: list[dict[str, object]]
) -> None:
    dialog = opened(child="generator")
    qtbot.waitUntil(lambda: shows(dialog, "type-otp"))
    assert not line(dialog, "otp").isVisible()
    qtbot.keyClicks(line(dialog, "password"), PASSWORD)
    qtbot.keyClick(line(dialog, "password"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not dialog.is_running)
    assert answered == [{"username": "alice", "password": PASSWORD}]


@pytest.mark.parametrize("wanted", [False, True])
def test_the_answer_says_whether_to_save_the_password(
    qtbot: QtBot, opened: Opener, answered: list[dict[str, object]], wanted: bool
) -> None:
    dialog = opened(child="offer")
    tick = dialog.findChildren(QCheckBox, "keep")[-1]
    qtbot.waitUntil(tick.isVisible)
    if wanted:
        qtbot.keyClick(tick, Qt.Key.Key_Space)
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: not dialog.is_running)
    assert [answer["keep"] for answer in answered] == [wanted]


def test_without_a_keychain_there_is_no_tick(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened()
    qtbot.waitUntil(lambda: line(dialog, "otp").isEnabled())
    assert not dialog.findChildren(QCheckBox, "keep")[-1].isVisible()
    assert "keep" not in dialog.form.values()


def test_from_the_password_a_tab_leads_to_the_code(qtbot: QtBot, opened: Opener) -> None:
    """Past the tick, which stands between them."""
    dialog = opened(child="offer")
    qtbot.waitUntil(dialog.findChildren(QCheckBox, "keep")[-1].isVisible)
    line(dialog, "password").setFocus()
    qtbot.keyClick(line(dialog, "password"), Qt.Key.Key_Tab)
    assert dialog.focusWidget() is line(dialog, "otp")


def test_a_password_that_was_not_saved_is_reported_with_the_success(
    qtbot: QtBot, opened: Opener
) -> None:
    dialog = opened()
    sign_in(qtbot, dialog, "777777")
    qtbot.waitUntil(lambda: bool(dialog.findChildren(QPushButton, "connect-daint")))
    assert "It is locked" in text(dialog, "note")


def waits_for(dialog: RenewalDialog, words: str) -> Callable[[], bool]:
    return lambda: any(
        words in label.text() for label in dialog.findChildren(QLabel) if label.isVisible()
    )


def test_beside_the_form_stand_browser_and_other_device(
    qtbot: QtBot, opened: Opener, started: Started
) -> None:
    dialog = opened(child="signed-in")
    qtbot.waitUntil(lambda: line(dialog, "otp").isEnabled())
    press(qtbot, dialog, "sign-in-browser")
    qtbot.waitUntil(lambda: shows(dialog, "connect-daint"))
    assert not dialog.is_running


def test_the_browsers_page_is_awaited_and_can_be_cancelled(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened()
    press(qtbot, dialog, "sign-in-browser")
    qtbot.waitUntil(waits_for(dialog, "Your browser shows"))
    assert shows(dialog, "open-again")
    assert not shows(dialog, "renew")
    press(qtbot, dialog, "cancel")
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert not dialog.is_running


def test_enter_does_not_cancel_a_sign_in(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened()
    press(qtbot, dialog, "sign-in-browser")
    qtbot.waitUntil(waits_for(dialog, "Your browser shows"))
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.is_running
    assert dialog.isVisible()


def test_another_device_gets_code_picture_and_address(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened()
    press(qtbot, dialog, "sign-in-device")
    qtbot.waitUntil(waits_for(dialog, "ABCD-EFGH"))
    assert text(dialog, "user-code") == "ABCD-EFGH"
    assert "https://auth/device " in text(dialog, "what")
    [picture] = dialog.findChildren(QLabel, "qr")
    drawn = picture.pixmap().toImage()
    dots = [
        [drawn.pixelColor(4 * x + 1, 4 * y + 1).lightness() for x in range(3)] for y in range(3)
    ]
    assert dots == [[255, 0, 255], [0, 255, 0], [255, 0, 255]]


def test_once_retired_other_methods_replace_the_form(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened(child="retired")
    qtbot.waitUntil(lambda: "retired" in text(dialog, "heading"))
    assert not line(dialog, "password").isVisible()
    assert not shows(dialog, "sign-in-password")
    press(qtbot, dialog, "sign-in-device")
    qtbot.waitUntil(waits_for(dialog, "ABCD-EFGH"))


def test_a_retirement_that_is_known_starts_nothing(qtbot: QtBot, opened: Opener) -> None:
    retired = replace(MISSING, retired=frozenset({"sshservice"}))
    dialog = opened(retired)
    assert shows(dialog, "sign-in-browser")
    assert shows(dialog, "sign-in-device")
    assert not dialog.is_running
    assert not any(field.isVisible() for field in dialog.findChildren(QLineEdit))
    press(qtbot, dialog, "sign-in-browser")
    qtbot.waitUntil(waits_for(dialog, "Your browser shows"))


@pytest.mark.parametrize("last", [SignInMethod.BROWSER, SignInMethod.DEVICE])
def test_the_method_used_last_comes_first_beside_the_form(
    qtbot: QtBot, opened: Opener, last: SignInMethod
) -> None:
    dialog = opened(replace(MISSING, method=last))
    assert not dialog.is_running
    assert not any(field.isVisible() for field in dialog.findChildren(QLineEdit))
    assert dialog.findChildren(QPushButton, f"sign-in-{last.value}")[-1].isDefault()
    press(qtbot, dialog, "sign-in-password")
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: not dialog.is_running)


@pytest.mark.parametrize(("taken", "has_form"), [(True, True), (False, False)])
def test_a_provider_that_takes_passwords_keeps_the_form(
    qtbot: QtBot, opened: Opener, taken: bool, has_form: bool
) -> None:
    refused = set() if taken else {"gateway/password"}
    retired = replace(MISSING, retired=frozenset({"sshservice", *refused}))
    dialog = opened(retired, at=site_taking(*SignInMethod))
    assert any(field.isVisible() for field in dialog.findChildren(QLineEdit)) == has_form
    assert dialog.is_running == has_form
    assert not shows(dialog, "sign-in-password")
    assert shows(dialog, "sign-in-browser")


def test_without_passwords_other_methods_replace_the_form(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened(child="no-passwords")
    qtbot.waitUntil(lambda: "wants you to sign in" in text(dialog, "heading"))
    assert not shows(dialog, "sign-in-password")
    assert shows(dialog, "sign-in-device")


def test_a_question_before_the_sign_in_leads_on_to_it(qtbot: QtBot, opened: Opener) -> None:
    retired = replace(MISSING, retired=frozenset({"sshservice"}))
    dialog = opened(retired, child="foreign")
    press(qtbot, dialog, "sign-in-device")
    press(qtbot, dialog, "replace")
    qtbot.waitUntil(waits_for(dialog, "ABCD-EFGH"))


@pytest.mark.parametrize(
    ("name", "yes", "forever"),
    [
        ("not-now", False, []),
        ("stay-signed-in", True, []),
        ("never-ask", False, [("settings", "set", "keep_sign_in", "no")]),
    ],
)
def test_each_answer_about_staying_goes_on(
    qtbot: QtBot,
    opened: Opener,
    answered: list[dict[str, object]],
    started: Started,
    name: str,
    yes: bool,
    forever: Started,
) -> None:
    dialog = opened(child="stay")
    press(qtbot, dialog, "sign-in-device")
    qtbot.waitUntil(lambda: shows(dialog, "stay-signed-in"))
    assert "stay signed in at CSCS" in text(dialog, "question")
    assert started == []
    assert dialog.findChildren(QPushButton, "not-now")[-1].isDefault()
    press(qtbot, dialog, name)
    qtbot.waitUntil(waits_for(dialog, "ABCD-EFGH"))
    qtbot.waitUntil(lambda: answered == [{"keep_sign_in": yes}])
    assert started == forever


def test_with_none_left_enter_leads_to_the_keys_to_revoke_one(
    qtbot: QtBot, opened: Opener, started: Started
) -> None:
    dialog = opened(child="used-up")
    press(qtbot, dialog, "sign-in-device")
    qtbot.waitUntil(lambda: shows(dialog, "revoke"))
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert started == [("window", "main", "--page", "keys")]
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_enter_never_asks_a_service_that_is_expected_to_refuse(
    qtbot: QtBot, opened: Opener
) -> None:
    dialog = opened()
    dialog.show_screen(Failure("Daily limit reached", "", "", (FailureAction.FORCE,)))
    assert dialog.focusWidget().objectName() == "close"
    assert dialog.findChild(QPushButton, "close").isDefault()
    assert not dialog.findChild(QPushButton, "force").isDefault()


def test_with_none_left_this_computers_key_can_be_replaced(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened(child="used-up")
    press(qtbot, dialog, "sign-in-device")
    press(qtbot, dialog, "replace")
    qtbot.waitUntil(waits_for(dialog, "ABCD-EFGH"))


def test_a_known_name_is_a_line_with_a_button_to_change_it(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened(replace(MISSING, account="bob"))
    assert not line(dialog, "username").isVisible()
    press(qtbot, dialog, "type-username")
    assert dialog.focusWidget() is line(dialog, "username")
    qtbot.keyClicks(line(dialog, "username"), "carla")
    sign_in(qtbot, dialog, "777777")
    qtbot.waitUntil(lambda: not dialog.is_running)
    assert line(dialog, "username").text() == "carla"


def test_a_finished_renewal_closes_by_itself(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_close, "LEFT_ALONE_MS", 1)
    dialog = opened()
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert text(dialog, "closes")


def is_over(dialog: RenewalDialog) -> bool:
    return bool(dialog.findChildren(QLabel, "quota"))


def test_a_touch_keeps_it_open(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened()
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: is_over(dialog))
    (timer,) = dialog.findChild(auto_close.AutoClose).findChildren(QTimer)
    assert timer.isActive()
    assert 0 < timer.interval() == auto_close.LEFT_ALONE_MS
    qtbot.keyClick(dialog, Qt.Key.Key_Tab)
    assert not timer.isActive()
    assert not dialog.findChild(QLabel, "closes").isVisible()


def test_a_pointer_that_came_in_keeps_it_open(
    qtbot: QtBot, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_close, "LEFT_ALONE_MS", 1)
    paths = iter([QPoint(-9, -9)])
    dialog = opened()
    inside = dialog.frameGeometry().center()
    monkeypatch.setattr(QCursor, "pos", lambda: next(paths, inside))
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: is_over(dialog) and not dialog.findChild(QLabel, "closes").isVisible())
    assert dialog.isVisible()


def test_what_went_wrong_at_the_end_stays_to_be_read(qtbot: QtBot, opened: Opener) -> None:
    dialog = opened()
    sign_in(qtbot, dialog, "777777")
    qtbot.waitUntil(lambda: is_over(dialog))
    assert not dialog.findChild(auto_close.AutoClose).findChildren(QTimer)[0].isActive()


def test_nothing_happens_by_itself_while_the_screen_is_read(
    qtbot: QtBot, opened: Opener, reader: FakeReader
) -> None:
    dialog = opened()
    reader.turn(True)
    sign_in(qtbot, dialog, "123456")
    assert line(dialog, "otp").isEnabled()
    assert "Enter" in line(dialog, "otp").accessibleDescription()
    qtbot.keyClick(line(dialog, "otp"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: is_over(dialog))
    assert not dialog.findChildren(QLabel, "closes")


def test_a_reader_that_starts_keeps_it_open(
    qtbot: QtBot, opened: Opener, reader: FakeReader
) -> None:
    dialog = opened()
    sign_in(qtbot, dialog, "123456")
    qtbot.waitUntil(lambda: is_over(dialog))
    reader.turn(True)
    assert not dialog.findChild(QLabel, "closes").isVisible()


@pytest.mark.parametrize("step_left", [0.25, 1.0])
def test_a_bar_shows_how_long_a_code_is_valid(qtbot: QtBot, step_left: float) -> None:
    field = CodeEdit(lambda: step_left)
    qtbot.addWidget(field)
    field.resize(204, 30)
    field.show()
    colour = field.palette().highlight().color().rgb()

    def lit() -> int:
        drawn = field.grab().toImage()
        return sum(drawn.pixelColor(x, 27).rgb() == colour for x in range(drawn.width()))

    assert lit() == step_left * 200
    field.setReadOnly(True)
    assert lit() == 0
