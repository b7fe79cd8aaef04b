"""The form of a renewal: username, password and one-time code, and the steps that follow."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from alpkey.core.errors import ErrorObject
from alpkey.core.events import FieldObject
from alpkey.core.keychain.entries import KEEP
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.windows.renewal.page import RenewalPage, cancel_button
from alpkey.desktop.windows.renewal.steps import StepList, busy_bar
from alpkey.desktop.windows.widgets import CodeEdit, announce, button, words_label

_SHOWN_STEPS = ("service-ready", "signed-in", "issued", "installed", "in-agent")
# What replaces a field that need not be typed: a text, and the button that shows the field.
_REPLACEMENTS = {
    "username": ("", "C&hange"),
    "password": ("Saved in the keychain", "&Type it"),
    "otp": ("Made by this computer", "T&ype it"),
}


class FormPage(RenewalPage):
    """``submitted`` once all three are filled in; secrets are locked until the service is verified.

    What is known already need not be typed: a line that says so replaces the field.  ``methods``
    are the buttons of other sign-in methods, which are shown beside the form; ``step_left`` is that
    of ``CodeEdit``.
    """

    submitted = Signal()
    busy = Signal(bool)
    focuses_first_button = False

    def __init__(
        self,
        title: str,
        username: str,
        note: str,
        step_left: Callable[[], float],
        methods: Sequence[QPushButton] = (),
    ) -> None:
        super().__init__(title)
        self.username = _line("username", username)
        self.password = _line("password", "")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.otp = CodeEdit(step_left)
        self._fields = {"username": self.username, "password": self.password, "otp": self.otp}
        self._user = QLabel(username)
        self._type_buttons = {name: self._type_button(name) for name in self._fields}
        self._replacements = {name: self._replacement(name) for name in self._fields}
        self._saved: set[str] = set()
        self._typed_anyway: set[str] = set()
        self.keep = QCheckBox("&Keep the password in the keychain")
        self.keep.setObjectName(KEEP)
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

    def buttons(self, close: Callable[[], object]) -> list[QPushButton]:
        renew = button("&Renew", self.submit, "renew")
        self.busy.connect(renew.setDisabled)
        renew.setDefault(True)
        return [renew, cancel_button(close)]

    @property
    def is_filled(self) -> bool:
        password = "password" in self._saved or self.password.text()
        code = "otp" in self._saved or self.otp.is_complete
        return bool(self.username.text().strip() and password and code and self.otp.isEnabled())

    def values(self) -> dict[str, str | bool]:
        """What was typed, and whether to save it; not stored beyond the answer."""
        typed: dict[str, str | bool] = {
            "username": self.username.text().strip(),
            "password": self.password.text(),
            "otp": self.otp.text(),
        }
        if self.keep.isVisibleTo(self):
            typed[KEEP] = self.keep.isChecked()
        return {name: value for name, value in typed.items() if name not in self._saved}

    def set_fields(self, fields: Sequence[FieldObject]) -> None:
        """Show what the child asks for now; a field that the user has begun to fill in stays."""
        saved = {field["name"] for field in fields if field["kept"]} & {"password", "otp"}
        account = next((field["value"] for field in fields if field["name"] == "username"), None)
        begun = {name for name in saved if self._fields[name].isModified()}
        if self.username.isModified() and self.username.text().strip() != account:
            begun = saved
        self._show_saved(saved - begun - self._typed_anyway)
        can_keep = any(field["name"] == KEEP for field in fields)
        self._form.setRowVisible(self.keep, can_keep)
        if saved:
            self._focus_start()

    def fill(self, values: dict[str, str]) -> None:
        """Fill in username, password and otp, saved or not."""
        for name in ("password", "otp"):
            self.type_it(name)
        for name, field in self._fields.items():
            field.setText(values.get(name, ""))

    def type_it(self, name: str) -> None:
        """Have the user type what is known, from now on."""
        self._typed_anyway.add(name)
        self._show_saved(self._saved - {name})
        self._fields[name].setFocus()
        self._fields[name].selectAll()

    def suggest_username(self, name: str) -> None:
        """Fill in the name that the child knows, unless the user has typed one."""
        if name and not self.username.isModified():
            self.username.setText(name)
            self._show_saved(self._saved)
        self._focus_start()

    def unlock(self, *, proven: bool) -> None:
        """Let password and code be typed once the service is verified."""
        for field in (self.password, self.otp):
            field.setEnabled(proven)
        if proven:
            self._focus_start()

    def set_busy(self, busy: bool) -> None:
        """While busy nothing can be typed; the cursor keeps its place."""
        self._busy.setVisible(busy)
        self.busy.emit(busy)
        for field in self._fields.values():
            field.setReadOnly(busy)
        for control in (*self._type_buttons.values(), self.keep, *self._methods):
            control.setEnabled(not busy)

    def reach(self, step: str) -> None:
        """Mark ``step`` as reached."""
        self._steps.reach(step)

    def say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def show_error(self, error: ErrorObject | None, field: str) -> None:
        """Show the error below the field it belongs to, and focus that field."""
        for name, label in self._errors.items():
            is_here = error is not None and name == field
            label.setText(error_view.text(error) if error and is_here else "")
            self._form.setRowVisible(label, is_here)
        if error is None:
            return
        announce(self, self._errors[field].text(), at_once=True)
        self.otp.clear()
        if field == "otp" and not (self.password.text() or "password" in self._saved):
            field = "password"  # the saved one is not sent again
        if field == "username":
            self.type_it(field)
        self._fields[field].setFocus()
        if field != "otp":
            self._fields[field].selectAll()

    def submit(self) -> None:
        """Emit ``submitted``, or focus the first field that is empty."""
        if self.is_filled:
            self.submitted.emit()
        else:
            self._focus_first_empty()

    def _focus_start(self) -> None:
        """Put the cursor where to begin, but never take it from a user who types."""
        if not any(field.isModified() for field in self._fields.values()):
            self._focus_first_empty()

    def _focus_first_empty(self) -> None:
        asked = [field for name, field in self._fields.items() if name not in self._saved]
        empty = [field for field in asked if not field.text() and field.isEnabled()]
        if empty:
            empty[0].setFocus()

    def _type_all(self) -> None:
        """What is saved belongs to the account that was asked for, not to the one typed now."""
        self._typed_anyway |= self._saved
        self._show_saved(set())

    def _show_saved(self, names: set[str]) -> None:
        """These need not be typed, nor does the username unless the user began to type one."""
        self._saved = names
        begun = self.username.isModified() or "username" in self._typed_anyway
        known = set() if begun or not self.username.text() else {"username"}
        for name, line in self._replacements.items():
            self._form.setRowVisible(line, name in names | known)
            self._form.setRowVisible(self._fields[name], name not in names | known)

    def _replacement(self, name: str) -> QWidget:
        text, _ = _REPLACEMENTS[name]
        line = QWidget()
        layout = QHBoxLayout(line)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(QLabel(text) if text else self._user)
        layout.addStretch()
        layout.addWidget(self._type_buttons[name])
        return line

    def _type_button(self, name: str) -> QPushButton:
        _, text = _REPLACEMENTS[name]
        return button(text, lambda: self.type_it(name), f"type-{name}")

    def _lay_out(self) -> None:
        labels = {"username": "&Username", "password": "&Password", "otp": "One-time &code"}
        for name, field in self._fields.items():
            self._form.addRow(labels[name], field)
            self._form.addRow(labels[name].replace("&", ""), self._replacements[name])
            self._form.addRow(self._errors[name])
            if name == "password":  # before the code, whose last digit signs in
                self._form.addRow("", self.keep)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self._busy = busy_bar("Renewing")
        self.rows.addWidget(self._note)
        self.rows.addLayout(self._form)
        if self._methods:
            row = QHBoxLayout()
            for method in self._methods:
                row.addWidget(method)
            row.addStretch()
            self.rows.addLayout(row)
        self.rows.addWidget(self._steps)
        self.rows.addWidget(self._busy)
        self.rows.addStretch()
        for before, after in pairwise((*self._fields.values(), self.keep, *self._methods)):
            self.setTabOrder(before, after)
        self._note.setVisible(bool(self._note.text()))


def _line(name: str, text: str) -> QLineEdit:
    line = QLineEdit(text)
    line.setObjectName(name)
    return line
