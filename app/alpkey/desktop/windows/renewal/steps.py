"""The steps of a renewal, which are marked one after the other."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from alpkey.core.messages.warnings import STEPS
from alpkey.desktop.windows.widgets import announce

_WAITING, _REACHED = "\N{WHITE CIRCLE}", "\N{CHECK MARK}"


class StepList(QWidget):
    """One line for each step; a screen reader announces each one that is reached."""

    def __init__(self, steps: Sequence[str]) -> None:
        super().__init__()
        self._labels = {step: QLabel(f"{_WAITING} {STEPS[step]}") for step in steps}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for label in self._labels.values():
            layout.addWidget(label)

    def reach(self, step: str) -> None:
        """Mark ``step`` as reached; one that is not listed is ignored."""
        if step in self._labels:
            self._labels[step].setText(f"{_REACHED} {STEPS[step]}")
            announce(self, STEPS[step])


def busy_bar(name: str) -> QProgressBar:
    """A bar for work whose length is unknown; ``name`` is for screen readers."""
    bar = QProgressBar()
    bar.setRange(0, 0)
    bar.setTextVisible(False)
    bar.setAccessibleName(name)
    return bar
