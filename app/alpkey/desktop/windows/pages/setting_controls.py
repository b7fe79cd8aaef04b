"""A control for each kind of setting.

Each has ``wanted``, which carries as a text what a person chose; ``show_text``, which emits
nothing; and ``commit``, which tells of what was typed and not told yet.
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
        """A click has told already."""


class ChoiceControl(QComboBox):
    wanted = Signal(str)

    def __init__(self, choices: tuple[str, ...]) -> None:
        super().__init__()
        self.addItems(choices)
        self.textActivated.connect(self.wanted)

    def show_text(self, text: str) -> None:
        self.setCurrentText(text)

    def commit(self) -> None:
        """A choice has told already."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802  Qt's name
        """Scrolls the page, and changes nothing by the way."""
        event.ignore()


class LineControl(QLineEdit):
    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.editingFinished.connect(self.commit)

    def show_text(self, text: str) -> None:
        """What is being typed stays."""
        if not self.isModified():
            self.setText(text)

    def commit(self) -> None:
        if self.isModified():
            self.setModified(False)
            self.wanted.emit(self.text())


class ClustersControl(QWidget):
    """A box for each cluster of the site; what the person added stays in the text as it is."""

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
        """The clusters that this site knows by itself."""
        added = {name for name, what in self._wanted().items() if isinstance(what, str)}
        return [one.name for one in site.hosts if one.name not in {site.jump_host, *added}]

    def tick(self, site: Site) -> None:
        """Ticks the box of each cluster that is shown."""
        for name, box in self._boxes.items():
            host = site.host(name)
            box.setChecked(host is not None and host.shown)

    def commit(self) -> None:
        """A click has told already."""

    def _wanted(self) -> dict[str, bool | str]:
        wanted = CLUSTERS.typed(self._text)
        return wanted if isinstance(wanted, dict) else {}

    @property
    def boxes(self) -> list[QCheckBox]:
        return list(self._boxes.values())

    def offer(self, labels: Mapping[str, str]) -> None:
        """Makes a box for each of these clusters, with its label."""
        for box in self._boxes.values():
            self._column.removeWidget(box)
            box.deleteLater()
        self._boxes = {}
        for name, label in labels.items():
            box = self._boxes[name] = QCheckBox(label)
            box.setObjectName(f"cluster-{name}")
            box.clicked.connect(self._teller(name))
            # No wider than its text: its middle, where a reader's click goes, is in it.
            self._column.addWidget(box, alignment=Qt.AlignmentFlag.AlignLeft)

    def _teller(self, name: str) -> object:
        def tell(on: bool) -> None:
            self._text = CLUSTERS.text(tuple({**self._wanted(), name: on}.items()))
            self.wanted.emit(self._text)

        return tell


Control = SwitchControl | ChoiceControl | LineControl | ClustersControl


def control_for(kind: Kind) -> Control:
    if kind is SWITCH:
        return SwitchControl()
    if kind is CLUSTERS:
        return ClustersControl()
    return ChoiceControl(kind.choices) if kind.choices else LineControl()
