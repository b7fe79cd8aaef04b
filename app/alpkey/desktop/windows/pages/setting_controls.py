"""A control for each kind of setting.

Each has ``wanted``, which carries the user's choice as text; ``show_text``, which emits nothing;
and ``commit``, which emits what was typed and not emitted yet.
"""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from alpkey.core.settings.kinds import CLUSTERS, SWITCH, Kind
from alpkey.core.site import Site


class SwitchControl(QCheckBox):
    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.clicked.connect(lambda on: self.wanted.emit(SWITCH.text(on)))

    def show_text(self, text: str) -> None:
        self.setChecked(SWITCH.typed(text) is True)

    def commit(self) -> None:
        """A click was emitted already."""


class ChoiceControl(QComboBox):
    wanted = Signal(str)

    def __init__(self, choices: tuple[str, ...]) -> None:
        super().__init__()
        self.addItems(choices)
        self.textActivated.connect(self.wanted)

    def show_text(self, text: str) -> None:
        self.setCurrentText(text)

    def commit(self) -> None:
        """A choice was emitted already."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  Qt's name
        """Scroll the page instead of changing the value."""
        event.ignore()


class LineControl(QLineEdit):
    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.editingFinished.connect(self.commit)

    def show_text(self, text: str) -> None:
        """Show the value, unless another is being typed."""
        if not self.isModified():
            self.setText(text)

    def commit(self) -> None:
        if self.isModified():
            self.setModified(False)
            self.wanted.emit(self.text())


class ClustersControl(QWidget):
    """A box for each cluster of the site; hosts that the user added stay in the text."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._boxes: dict[str, QCheckBox] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_text(self, text: str) -> None:
        self._text = text

    def names(self, site: Site) -> list[str]:
        """The clusters of the site itself, without those that the user added."""
        added = {name for name, host in self._wanted().items() if isinstance(host, str)}
        return [host.name for host in site.hosts if host.name not in {site.jump_host, *added}]

    def tick(self, site: Site) -> None:
        """Tick the box of each cluster that is shown."""
        for name, box in self._boxes.items():
            host = site.host(name)
            box.setChecked(host is not None and host.shown)

    def commit(self) -> None:
        """A click was emitted already."""

    def _wanted(self) -> dict[str, bool | str]:
        wanted = CLUSTERS.typed(self._text)
        return wanted if isinstance(wanted, dict) else {}

    @property
    def boxes(self) -> list[QCheckBox]:
        return list(self._boxes.values())

    def offer(self, labels: Mapping[str, str]) -> None:
        """Make a box for each of these clusters, with its label."""
        for box in self._boxes.values():
            self._column.removeWidget(box)
            box.deleteLater()
        self._boxes = {}
        for name, label in labels.items():
            box = self._boxes[name] = QCheckBox(label)
            box.setObjectName(f"cluster-{name}")
            box.clicked.connect(self._setter(name))
            # No wider than its text: its middle, where a reader's click goes, is in it.
            self._column.addWidget(box, alignment=Qt.AlignmentFlag.AlignLeft)

    def _setter(self, name: str) -> object:
        def set_shown(on: bool) -> None:
            self._text = CLUSTERS.text(tuple({**self._wanted(), name: on}.items()))
            self.wanted.emit(self._text)

        return set_shown


Control = SwitchControl | ChoiceControl | LineControl | ClustersControl


def control_for(kind: Kind) -> Control:
    if kind is SWITCH:
        return SwitchControl()
    if kind is CLUSTERS:
        return ClustersControl()
    return ChoiceControl(kind.choices) if kind.choices else LineControl()
