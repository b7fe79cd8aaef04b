"""icns.py SVG FILE: the app's icon for macOS, drawn by Qt.  Its file lies in resources/icons.

An .icns is a header and, for each size, a four-letter name, a length and a PNG.
"""

import os
import struct
import sys
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QGuiApplication, QIcon

# Names and sizes in pixels; a size with two names stands on a display of double density, too.
SIZES_PX = {
    "ic11": 32,
    "ic12": 64,
    "ic07": 128,
    "ic08": 256,
    "ic13": 256,
    "ic09": 512,
    "ic10": 1024,
}


def icns(pictures: dict[str, bytes]) -> bytes:
    """The file that holds these PNGs."""
    body = b"".join(
        name.encode() + struct.pack(">I", len(png) + 8) + png for name, png in pictures.items()
    )
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def png(drawing: Path, size_px: int) -> bytes:
    """The drawing in this size.  Needs a QGuiApplication."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    drawn = QIcon(str(drawing)).pixmap(QSize(size_px, size_px), 1.0)
    if drawn.isNull() or not drawn.save(buffer, "PNG"):
        raise ValueError(f"{drawing} cannot be drawn")
    return data.data()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QGuiApplication([])
    source = Path(sys.argv[1])
    Path(sys.argv[2]).write_bytes(icns({name: png(source, px) for name, px in SIZES_PX.items()}))
