"""A start that comes to nothing: said in a box, and on standard error; never a traceback."""

import sys

from PySide6.QtWidgets import QMessageBox

from alpkey.core.errors import AlpkeyError
from alpkey.core.messages.describe import describe


def refuse(wrong: AlpkeyError) -> int:
    """Says it, and returns the exit code once the box is closed.  Needs the application."""
    said = describe(wrong)
    sys.stderr.write(f"{said.title}. {said.detail}\n")
    QMessageBox.critical(None, "Alpkey", f"{said.title}\n\n{said.detail}\n\n{said.next_step}")
    return wrong.exit_code
