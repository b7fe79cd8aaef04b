"""The yardsticks: a bare tray program and a bare dialog program of PySide6."""

import os
import sys

from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QFormLayout, QLineEdit, QMenu, QSystemTrayIcon


def tray() -> int:
    app = QApplication(["bare"])
    app.setQuitOnLastWindowClosed(False)
    picture = QPixmap(32, 32)
    picture.fill("red")
    icon, menu = QSystemTrayIcon(QIcon(picture)), QMenu()
    menu.addAction("Quit", app.quit)
    icon.setContextMenu(menu)
    icon.show()
    return app.exec()


def dialog() -> int:
    app = QApplication(["bare"])
    window = QDialog()
    window.setWindowTitle("Bare")
    form = QFormLayout(window)
    for name in ("User name", "Password", "One-time code"):
        form.addRow(name, QLineEdit())
    window.show()
    return app.exec()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "xcb")
    sys.exit({"tray": tray, "dialog": dialog}[sys.argv[1]]())
