"""The steps of a renewal, which light up one after the other."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from alpkey.core.messages.warnings import STEPS
from alpkey.desktop.windows.parts import announce

_WAITING, _REACHED = "\N{WHITE CIRCLE}", "\N{CHECK MARK}"


class StepList(QWidget):
    """One line for each step; a screen reader says what is reached."""

    def __init__(self, steps: Sequence[str]) -> None:
        super().__init__()
        self._labels = {step: QLabel(f"{_WAITING} {STEPS[step]}") for step in steps}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for label in self._labels.values():
            layout.addWidget(label)

    def reach(self, step: str) -> None:
        """Lights a step up."""
        if step in self._labels:
            self._labels[step].setText(f"{_REACHED} {STEPS[step]}")
            announce(self, STEPS[step])


def busy_bar(name: str) -> QProgressBar:
    """A bar that says that something goes on, and not how far it is."""
    bar = QProgressBar()
    bar.setRange(0, 0)
    bar.setTextVisible(False)
    bar.setAccessibleName(name)
    return bar
