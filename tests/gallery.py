"""``make gallery``: every window and dialog in every state, light and dark, as PNG files.

Usage: python -m tests.gallery FOLDER
"""

import os
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtWidgets import QApplication

from tests.desktop.palettes import palettes
from tests.desktop.scenes import SCENES, end, settle
from tests.e2e.waiting import until


def main(folder: Path) -> None:
    """Writes NAME-light.png and NAME-dark.png for every scene."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = QApplication(["gallery"])
    with TemporaryDirectory() as home:
        os.environ["ALPKEY_HOME"] = home
        for scheme, palette in palettes().items():
            app.setPalette(palette)
            for name, scene in SCENES.items():
                window = scene.make()
                until(partial(settle, window, scene), name)
                window.grab().save(str(folder / f"{name}-{scheme}.png"))
                until(partial(end, window), f"the end of {name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
