"""``make gallery``: every window and dialog in every state, light and dark, as PNG files.

Usage: python -m tests.gallery FOLDER [PICTURES], where PICTURES gets those of README and docs.
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

# What README and docs show, each in one scheme.
BEST = {"main-valid": "light", "first-hosts": "light", "tunnel-jobs": "dark"}


def main(folder: Path, pictures: Path | None = None) -> None:
    """Writes NAME-light.png and NAME-dark.png for every scene, and the best ones as NAME.png."""
    for needed in filter(None, (folder, pictures)):
        needed.mkdir(parents=True, exist_ok=True)
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
                if pictures and BEST.get(name) == scheme:
                    window.grab().save(str(pictures / f"{name}.png"))
                until(partial(end, window), f"the end of {name}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
