"""Shows every scene at once and stays: ``python -m tests.desktop.show``.

Each window's title is the name of its scene, and ends in "ready" once it looks as it should.
"""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tests.desktop.scenes import SCENES


def main() -> None:
    app = QApplication(["scenes"])
    waiting = {name: scene.make() for name, scene in SCENES.items()}

    def snapshot() -> None:
        for name, window in list(waiting.items()):
            if SCENES[name].ready(window):
                window.setWindowTitle(f"{name} ready")
                shown.append(waiting.pop(name))

    shown: list[object] = []
    timer = QTimer(app)
    timer.timeout.connect(snapshot)
    timer.start(50)
    app.exec()


if __name__ == "__main__":
    main()
