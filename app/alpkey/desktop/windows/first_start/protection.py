"""The page of protection: whether the private key is encrypted, and where its passphrase is."""

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtWidgets import QButtonGroup, QFormLayout, QLineEdit, QRadioButton, QWidget

from alpkey.core.desktop.setup_pages import Page
from alpkey.core.errors import ErrorObject
from alpkey.core.events import AskObject
from alpkey.core.results.status import KeychainCheckResult, PassphraseResult
from alpkey.desktop.windows.first_start.page import SetupPage, SetupWorld
from alpkey.desktop.windows.widgets import GRID_PX, words_label

ADVICE = (
    "{site} strongly recommends that the key file is encrypted: otherwise anyone who copies it can "
    "log in as you until the key expires."
)
NEW, AGAIN, OLD = "passphrase", "passphrase_again", "old_passphrase"


class ProtectionPage(SetupPage):
    """Three choices, of which the best possible one is preselected."""

    page = Page.PROTECTION
    title = "Protect the key"
    checking = "Asking the keychain"

    def __init__(self, world: SetupWorld) -> None:
        super().__init__(world)
        self._can_keep = False
        self._ask: AskObject | None = None
        self._answer: Callable[[int, dict[str, str | bool]], None] | None = None
        self._methods = QButtonGroup(self)
        self._keychain = self._method(
            "keychain", "Random passphrase, stored in the &keychain (recommended)"
        )
        self._own = self._method("own", "A passphrase of your o&wn")
        self._none = self._method("none", "&No passphrase")
        self._why_not = words_label("why-not")
        self._why_not.setContentsMargins(3 * GRID_PX, 0, 0, 0)
        self._fields = {
            OLD: self._secret(OLD),
            NEW: self._secret(NEW),
            AGAIN: self._secret(AGAIN),
        }
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        labels = {OLD: "Passphrase until n&ow", NEW: "&Passphrase", AGAIN: "The same a&gain"}
        for name, field in self._fields.items():
            self._form.addRow(labels[name], field)
        self.rows.addWidget(words_label("advice", ADVICE.format(site=world.site.name)))
        for part in (self._keychain, self._why_not, self._own):
            self.rows.addWidget(part)
        self.rows.addLayout(self._form)
        self.rows.addWidget(self._none)
        for before, after in pairwise((self._own, *self._fields.values(), self._none)):
            self.setTabOrder(before, after)
        self._methods.buttonToggled.connect(lambda *_: self._choose())
        self._choose()

    @property
    def action(self) -> str:
        if self._none.isChecked():
            return "&Remove it" if self._is_encrypted else "&Leave it so"
        return "P&rotect it"

    def check(self) -> None:
        self.run(self._know, "passphrase", "keychain", "--check", on_error=self._fail)

    @property
    def first(self) -> QWidget | None:
        return self._methods.checkedButton()

    def act(self) -> None:
        if self._ask is not None:
            self._reply()
        elif self._none.isChecked() and not self._is_encrypted:
            self.done.emit()
        else:
            self._ask = None
            child = self.run(self._protected, "passphrase", self._verb, asked=self._asked)
            self._answer = child.answer

    @property
    def can_act(self) -> bool:
        return self.commands.is_idle or self._ask is not None

    def stop(self) -> None:
        for field in self._fields.values():
            field.clear()
        super().stop()

    @property
    def _is_encrypted(self) -> bool:
        return bool(self.world.known().encrypted)

    @property
    def _verb(self) -> str:
        if self._keychain.isChecked():
            return "keychain"
        return "set" if self._own.isChecked() else "remove"

    # What the child asks

    def _asked(self, ask: AskObject) -> None:
        """What was typed answers a question; only a refused answer is typed again."""
        self._ask = ask
        for name in self._roles():
            self._form.setRowVisible(self._fields[name], True)
        if not ask["error"] and all(self._fields[name].text() for name in self._roles()):
            self._reply()
            return
        self._set_asking(True)
        if ask["error"]:
            self.show_error(ask["error"])
        field = self._fields[self._roles()[0]]
        field.setFocus()
        field.selectAll()

    def _roles(self) -> list[str]:
        """The fields that answer the question; to remove a passphrase the old one is asked for."""
        names = [field["name"] for field in self._ask["fields"]] if self._ask else []
        return [OLD if name == NEW and self._verb == "remove" else name for name in names]

    def _reply(self) -> None:
        if self._ask and self._answer:
            self.clear()
            names = [field["name"] for field in self._ask["fields"]]
            values = [self._fields[role].text() for role in self._roles()]
            self._answer(self._ask["ask"], dict(zip(names, values, strict=True)))
            self._ask = None
            self._set_asking(False)

    def _set_asking(self, asking: bool) -> None:
        """While the child waits for an answer, only the fields can be used."""
        self.body.setEnabled(asking)
        for method in self._methods.buttons():
            method.setEnabled(not asking and (method is not self._keychain or self._can_keep))
        self.changed.emit()

    # What is shown

    def _protected(self, _: PassphraseResult) -> None:
        self._forget()
        self.done.emit()

    def show_error(self, error: ErrorObject) -> None:
        super().show_error(error)
        if self.commands.is_idle:
            self._forget()

    def _forget(self) -> None:
        self._ask = None
        for field in self._fields.values():
            field.clear()
        self._set_asking(False)
        self.body.setEnabled(True)
        self._choose()

    def _fail(self, error: ErrorObject) -> None:
        self.show_error(error)
        self.checked.emit()

    def _know(self, result: KeychainCheckResult) -> None:
        keychain = result["keychain"]
        self._can_keep = keychain["usable"]
        self._keychain.setEnabled(self._can_keep)
        self._why_not.setText(keychain["trouble"] or "")
        self._why_not.setVisible(not self._can_keep)
        (self._keychain if self._can_keep else self._none).setChecked(True)
        self.checked.emit()

    def _choose(self) -> None:
        own = self._own.isChecked()
        for name, field in self._fields.items():
            self._form.setRowVisible(field, own and name != OLD)
        self.changed.emit()

    def _method(self, name: str, text: str) -> QRadioButton:
        method = QRadioButton(text)
        method.setObjectName(f"way-{name}")
        self._methods.addButton(method)
        return method

    def _secret(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName(name)
        field.setEchoMode(QLineEdit.EchoMode.Password)
        return field
