"""The page that asks for user name, password and code, and shows the steps that follow."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.keychain.entries import WISH
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.windows.parts import CodeEdit, announce, button, words_label
from alpkey.desktop.windows.renewal.steps import StepList, busy_bar

_SHOWN_STEPS = ("service-ready", "signed-in", "issued", "installed", "in-agent")
# What stands in for a field that need not be typed: words, and the button that opens the field.
_STAND_INS = {
    "username": ("", "C&hange"),
    "password": ("Kept in the keychain", "&Type it"),
    "otp": ("Made by this computer", "T&ype it"),
}


class FormPage(QWidget):
    """``submitted`` once all three are there; secrets stay locked until the service is proven.

    What is known already need not be typed: a line that says so stands in the field's place.
    ``methods`` are the buttons of other ways to sign in, which stand beside the form; ``step_left``
    is what a code's field wants.
    """

    submitted = Signal()
    busy = Signal(bool)

    def __init__(
        self,
        username: str,
        note: str,
        step_left: Callable[[], float],
        methods: Sequence[QPushButton] = (),
    ) -> None:
        super().__init__()
        self.username = _line("username", username)
        self.password = _line("password", "")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.otp = CodeEdit(step_left)
        self._fields = {"username": self.username, "password": self.password, "otp": self.otp}
        self._user = QLabel(username)
        self._openers = {name: self._opener(name) for name in self._fields}
        self._stand_ins = {name: self._stand_in(name) for name in self._fields}
        self._kept: set[str] = set()
        self._typed_anyway: set[str] = set()
        self.keep = QCheckBox("&Keep the password in the keychain")
        self.keep.setObjectName(WISH)
        self._errors = {name: words_label(f"error-{name}") for name in self._fields}
        self._methods = methods
        self._steps = StepList(_SHOWN_STEPS)
        self._note = words_label("note", note)
        self._form = QFormLayout()
        self._lay_out()
        self._busy.hide()
        self.unlock(proven=False)
        self.set_fields(())
        self.show_error(None, "")
        for field in (self.username, self.password):
            field.returnPressed.connect(self.submit)
        self.otp.returnPressed.connect(self.submit)
        self.otp.completed.connect(self.submit)
        self.username.textEdited.connect(self._type_all)
        self.username.textChanged.connect(self._user.setText)

    @property
    def is_filled(self) -> bool:
        password = "password" in self._kept or self.password.text()
        code = "otp" in self._kept or self.otp.is_complete
        return bool(self.username.text().strip() and password and code and self.otp.isEnabled())

    def values(self) -> dict[str, str | bool]:
        """What was typed, and whether to keep it; never remembered beyond the answer."""
        typed: dict[str, str | bool] = {
            "username": self.username.text().strip(),
            "password": self.password.text(),
            "otp": self.otp.text(),
        }
        if self.keep.isVisibleTo(self):
            typed[WISH] = self.keep.isChecked()
        return {name: value for name, value in typed.items() if name not in self._kept}

    def set_fields(self, fields: Sequence[dict[str, Any]]) -> None:
        """What the child asks for now; what a person has begun to type stays to be typed."""
        kept = {one["name"] for one in fields if one["kept"]} & {"password", "otp"}
        account = next((one["value"] for one in fields if one["name"] == "username"), None)
        begun = {name for name in kept if self._fields[name].isModified()}
        if self.username.isModified() and self.username.text().strip() != account:
            begun = kept
        self._show_kept(kept - begun - self._typed_anyway)
        can_be_wished = any(one["name"] == WISH for one in fields)
        self._form.setRowVisible(self.keep, can_be_wished)
        if kept:
            self._invite()

    def type_it(self, name: str) -> None:
        """Has the person type what is known, from now on."""
        self._typed_anyway.add(name)
        self._show_kept(self._kept - {name})
        self._fields[name].setFocus()
        self._fields[name].selectAll()

    def suggest_username(self, name: str) -> None:
        """What the child knows, unless the person was faster."""
        if name and not self.username.isModified():
            self.username.setText(name)
            self._show_kept(self._kept)
        self._invite()

    def unlock(self, *, proven: bool) -> None:
        """Password and code can be typed once the service has shown that it is the service."""
        for field in (self.password, self.otp):
            field.setEnabled(proven)
        if proven:
            self._invite()

    def set_busy(self, busy: bool) -> None:
        """While busy nothing can be typed; the cursor stays where it is."""
        self._busy.setVisible(busy)
        self.busy.emit(busy)
        for field in self._fields.values():
            field.setReadOnly(busy)
        for control in (*self._openers.values(), self.keep, *self._methods):
            control.setEnabled(not busy)

    def reach(self, step: str) -> None:
        """Lights a step up."""
        self._steps.reach(step)

    def say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def show_error(self, error: dict[str, Any] | None, field: str) -> None:
        """The error in words, at the field it belongs to; that field gets the focus."""
        for name, label in self._errors.items():
            mine = error is not None and name == field
            label.setText(error_view.text(error) if error and mine else "")
            self._form.setRowVisible(label, mine)
        if error is None:
            return
        announce(self, self._errors[field].text(), at_once=True)
        self.otp.clear()
        if field == "otp" and not (self.password.text() or "password" in self._kept):
            field = "password"  # the kept one is not sent again
        if field == "username":
            self.type_it(field)
        self._fields[field].setFocus()
        if field != "otp":
            self._fields[field].selectAll()

    def submit(self) -> None:
        """Hands on what was typed, or shows what is missing."""
        if self.is_filled:
            self.submitted.emit()
        else:
            self._focus_first_empty()

    def _invite(self) -> None:
        """Puts the cursor where to begin, but never takes it from a person who types."""
        if not any(field.isModified() for field in self._fields.values()):
            self._focus_first_empty()

    def _focus_first_empty(self) -> None:
        wanted = [field for name, field in self._fields.items() if name not in self._kept]
        empty = [one for one in wanted if not one.text() and one.isEnabled()]
        if empty:
            empty[0].setFocus()

    def _type_all(self) -> None:
        """What is kept belongs to the account that was asked for, not to the one typed now."""
        self._typed_anyway |= self._kept
        self._show_kept(set())

    def _show_kept(self, names: set[str]) -> None:
        """These are kept; the name is known unless the person began to type one."""
        self._kept = names
        begun = self.username.isModified() or "username" in self._typed_anyway
        known = set() if begun or not self.username.text() else {"username"}
        for name, line in self._stand_ins.items():
            self._form.setRowVisible(line, name in names | known)
            self._form.setRowVisible(self._fields[name], name not in names | known)

    def _stand_in(self, name: str) -> QWidget:
        text, _ = _STAND_INS[name]
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(QLabel(text) if text else self._user)
        layout.addStretch()
        layout.addWidget(self._openers[name])
        return line

    def _opener(self, name: str) -> QPushButton:
        _, text = _STAND_INS[name]
        return button(text, lambda: self.type_it(name), f"type-{name}")

    def _lay_out(self) -> None:
        labels = {"username": "&User name", "password": "&Password", "otp": "One-time &code"}
        for name, field in self._fields.items():
            self._form.addRow(labels[name], field)
            self._form.addRow(labels[name].replace("&", ""), self._stand_ins[name])
            self._form.addRow(self._errors[name])
            if name == "password":  # the last digit of the code signs in, so it stands before it
                self._form.addRow("", self.keep)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._busy = busy_bar("Renewing")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._note)
        layout.addLayout(self._form)
        if self._methods:
            row = QHBoxLayout()
            for method in self._methods:
                row.addWidget(method)
            row.addStretch()
            layout.addLayout(row)
        layout.addWidget(self._steps)
        layout.addWidget(self._busy)
        layout.addStretch()
        for before, after in pairwise((*self._fields.values(), self.keep, *self._methods)):
            self.setTabOrder(before, after)
        self._note.setVisible(bool(self._note.text()))


def _line(name: str, text: str) -> QLineEdit:
    line = QLineEdit(text)
    line.setObjectName(name)
    return line
