"""The page of ssh: the line added to the user's configuration, shown before it is written."""

from dataclasses import asdict

from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QCheckBox, QPlainTextEdit, QWidget

from alpkey.core.desktop.setup_pages import Page
from alpkey.core.errors import ErrorObject
from alpkey.core.events import AskObject
from alpkey.core.messages.warnings import warning_text
from alpkey.core.results.ssh import ConfigPlanResult
from alpkey.core.ssh.config_query import Loss, together
from alpkey.desktop.windows.first_start.page import SetupPage, SetupWorld
from alpkey.desktop.windows.widgets import GRID_PX, words_label

WHAT = (
    "One line at the top of {path} lets a plain \N{LEFT DOUBLE QUOTATION MARK}ssh {host}"
    "\N{RIGHT DOUBLE QUOTATION MARK} work, in every program. All else in it stays as it is. "
    "A backup is saved. Alpkey tests the result and undoes the change if it fails."
)
IS_THERE = "The Include line is at the top of {path}."
BY_HAND = "Your own lines lead to {site} already, so this can be skipped."
DIFF_HEIGHT_PX = 14 * GRID_PX


class ConfigPage(SetupPage):
    page = Page.CONFIG
    title = "Your ssh configuration"
    asks = True
    checking = "Asking ssh what your configuration means"

    def __init__(self, world: SetupWorld) -> None:
        super().__init__(world)
        host = next((cluster.name for cluster in world.site.clusters), world.site.jump_host)
        self._host = host
        self._what = words_label("what")
        self._diff = QPlainTextEdit()
        self._diff.setObjectName("diff")
        self._diff.setAccessibleName("What would change")
        self._diff.setReadOnly(True)
        self._diff.setTabChangesFocus(True)
        self._diff.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._diff.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._diff.setMinimumHeight(DIFF_HEIGHT_PX)
        self._notes = words_label("notes")
        self._on_demand = QCheckBox(f"Offer to renew when 'ssh {host}' finds &an expired key")
        self._on_demand.setObjectName("on-demand")
        for part in (self._what, self._diff, self._notes, self._on_demand):
            self.rows.addWidget(part)

    @property
    def action(self) -> str:
        if self.world.config is None:
            return "&Look again"
        return "Add to ssh &config" if self.world.config["changed"] else "Appl&y"

    def check(self) -> None:
        self.run(self._know, "config", "diff", on_error=self._fail)

    @property
    def first(self) -> QWidget | None:
        return self._on_demand if self.world.config else None

    def act(self) -> None:
        if self.world.config is None:
            self.check()
            return
        tick = "--on-demand" if self._on_demand.isChecked() else "--no-on-demand"
        self._child = self.run(self._applied, "config", "apply", tick, asked=self._asked)

    def _asked(self, ask: AskObject) -> None:
        """The yes is for what was shown; if the file has changed since, it is shown again."""
        if self.world.config and ask["fields"][0]["value"] == self.world.config["diff"]:
            self._child.answer(ask["ask"], {"apply": True})
        else:
            self._child.cancel()
            self.check()
            self.say("Your configuration was changed meanwhile. This is how it would be now.")

    def _applied(self, result: ConfigPlanResult) -> None:
        self.world.config = {**result, "changed": False, "by_hand": False}
        self.done.emit()

    def _fail(self, error: ErrorObject) -> None:
        self.world.config = None
        self.show_error(error)
        for part in (self._what, self._diff, self._notes, self._on_demand):
            part.hide()
        self.checked.emit()

    def _know(self, result: ConfigPlanResult) -> None:
        self.world.config = result
        text = WHAT if result["changed"] else IS_THERE
        self._what.setText(text.format(path=result["path"], host=self._host))
        self._diff.setPlainText(result["diff"])
        self._notes.setText("\n".join(self._notes_about(result)))
        self._on_demand.setChecked(result["on_demand"])
        for part in (self._what, self._on_demand):
            part.show()
        self._diff.setVisible(result["changed"])
        self._notes.setVisible(bool(self._notes.text()))
        self.changed.emit()
        self.checked.emit()

    def _notes_about(self, result: ConfigPlanResult) -> list[str]:
        """What would be overridden, and which of the user's names lead to the centre."""
        own_lines = [BY_HAND.format(site=self.world.site.name)] if result["by_hand"] else []
        lost = [
            warning_text("config-loses", {**asdict(loss), "ours": loss.ours or "nothing"})
            for loss in together(Loss(**row) for row in result["loses"])
        ]
        names = [
            f"Your own name {alias['name']} leads to {alias['host']}."
            for alias in result["aliases"]
        ]
        return [*own_lines, *lost, *names]
