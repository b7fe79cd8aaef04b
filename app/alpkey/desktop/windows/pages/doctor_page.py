"""The page of the doctor: the findings of ``alpkey doctor``, each with a button to fix it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from alpkey.core.doctor.buttons import Button
from alpkey.core.errors import ErrorObject
from alpkey.core.messages import doctor as doctor_messages
from alpkey.core.results.doctor import DoctorResult, FindingObject
from alpkey.desktop.child.command_tracker import CommandTracker, ResultHandler
from alpkey.desktop.views import errors as error_view
from alpkey.desktop.views import findings as finding_view
from alpkey.desktop.views import status as status_view
from alpkey.desktop.windows.dialog import Dialog
from alpkey.desktop.windows.widgets import (
    GRID_PX,
    announce,
    bold_label,
    button,
    heading,
    scroll_area,
    stack,
    words_label,
)

REPORT_SIZE_PX = (72 * GRID_PX, 48 * GRID_PX)


class DoctorPage(QWidget):
    """Runs the doctor when it is first shown, and whenever the user asks.

    ``start`` runs Alpkey with these arguments, and returns the window that was opened, if any;
    ``taken`` are the window's own mnemonics.
    """

    def __init__(
        self, command: Callable[..., list[str]], start: Callable[..., object], taken: str
    ) -> None:
        super().__init__()
        self.commands = CommandTracker(command, self)
        self._start = start
        self._taken = taken
        self._has_run = False
        self._state = heading("doctor-state", doctor_messages.EXAMINING)
        self._again = button("", self.examine, "look-again")
        self._public = button("", lambda: self._report("public"), "report-public")
        self._support = button("", lambda: self._report("support"), "report-support")
        self._list = scroll_area("findings", "Findings")
        buttons = QHBoxLayout()
        for page_button in self._buttons:
            buttons.addWidget(page_button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.setSpacing(2 * GRID_PX)
        layout.addWidget(self._state)
        layout.addWidget(self._list, 1)
        layout.addLayout(buttons)
        self._show([])

    def examine(self) -> None:
        self._has_run = True
        self._run(self._apply)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802  Qt's name
        super().showEvent(event)
        if not self._has_run:
            self.examine()

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return self._again, self._public, self._support

    def _run(self, on_done: ResultHandler, *arguments: str) -> None:
        if not self.commands.is_idle:
            return
        self._state.setText(doctor_messages.EXAMINING)
        self.setEnabled(False)
        ended = partial(self._ended, on_done)
        self.commands.run(
            ended, partial(self._ended, self._show_error), "doctor", "--events", *arguments
        )

    def _ended(self, on_done: ResultHandler, result: Any) -> None:
        self.setEnabled(True)
        if self.isVisible():
            on_done(result)

    def _show_error(self, error: ErrorObject) -> None:
        self._state.setText(error["title"])
        detail = words_label("doctor-error", error_view.advice(error))
        self._list.setWidget(stack([detail]))

    def _apply(self, result: DoctorResult) -> None:
        findings: list[FindingObject] = result["findings"]
        self._state.setText(doctor_messages.number_of_findings(len(findings)))
        announce(self, self._state.text())
        self._show(findings)

    def _show(self, findings: list[FindingObject]) -> None:
        """Show the findings; every button gets its own letter."""
        offers = [finding_view.button(finding) for finding in findings]
        labels = [*doctor_messages.PAGE_BUTTONS, *(offer.label for offer in offers if offer)]
        marked = status_view.with_mnemonics(labels, self._taken)
        for own, text in zip(self._buttons, marked, strict=False):
            own.setText(text)
        rest = iter(marked[len(self._buttons) :])
        cards = [
            self._card(finding, offer, next(rest) if offer else "")
            for finding, offer in zip(findings, offers, strict=True)
        ]
        self._list.setWidget(stack(cards))

    def _card(self, finding: FindingObject, offer: Button | None, label: str) -> QWidget:
        name = finding["id"]
        title = bold_label(f"title-{name}", finding_view.title(finding))
        card = QWidget()
        layout = QVBoxLayout(card)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX // 2)
        layout.addWidget(title)
        for number, text in enumerate(finding_view.lines(finding)):
            layout.addWidget(words_label(f"line-{name}-{number}", text))
        if offer:
            fix = button(label, lambda: self._do(offer, name), f"fix-{name}")
            fix.setAccessibleDescription(finding["title"])
            layout.addWidget(fix, alignment=Qt.AlignmentFlag.AlignLeft)
        return card

    def _do(self, offer: Button, name: str) -> None:
        if not offer.window:
            self._run(self._apply, "--fix", name)
            return
        opened = self._start("window", *offer.window)
        if isinstance(opened, QDialog):
            opened.destroyed.connect(self._examine_if_shown)

    def _examine_if_shown(self) -> None:
        """The window for a finding is closed: the finding may be resolved."""
        if self.isVisible():
            self.examine()

    def _report(self, kind: str) -> None:
        self._run(self._show_report, f"--report={kind}")

    def _show_report(self, result: DoctorResult) -> None:
        self._apply(result)
        dialog = ReportDialog(result["report"], result["support"], self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


class ReportDialog(Dialog):
    """The whole report, and where to send it; what is copied is exactly what was shown."""

    def __init__(self, text: str, support: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Report")
        self._text = QPlainTextEdit(text)
        self._text.setObjectName("report")
        self._text.setAccessibleName("Report")
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(button("&Copy", self._copy, "copy"))
        buttons.addWidget(button("C&lose", self.close, "close"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(2 * GRID_PX,) * 4)
        layout.addWidget(self._text)
        layout.addWidget(words_label("support", doctor_messages.where_to_send_report(support)))
        layout.addLayout(buttons)
        self.resize(*REPORT_SIZE_PX)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text.toPlainText())
