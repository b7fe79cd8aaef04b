"""A failed start is shown in a box and on standard error, never as a traceback."""

import sys

from PySide6.QtWidgets import QMessageBox

from alpkey.core.display_text import visible
from alpkey.core.errors import AlpkeyError
from alpkey.core.messages.describe_error import describe


def show_startup_error(error: AlpkeyError) -> int:
    """Show it, and return the exit code once the box is closed.  Needs a ``QApplication``."""
    message = describe(error)
    sys.stderr.write(visible(f"{message.title}. {message.detail}\n"))
    QMessageBox.critical(
        None, "Alpkey", f"{message.title}\n\n{message.detail}\n\n{message.next_step}"
    )
    return error.exit_code
