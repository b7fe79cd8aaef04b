"""The words of the window about Alpkey."""

from collections.abc import Mapping

TITLE = "About Alpkey"
PURPOSE = "Keeps your {site} SSH key fresh."
LICENCES = (
    "Alpkey is free software under the BSD 3-Clause License. It uses Qt and PySide6 (GNU LGPL 3) "
    "and Python libraries under the MIT, BSD and Apache licences. The licence texts are installed "
    "with Alpkey."
)
SUPPORT = "Get help from {site}"
COPY = "Copy version"

# Keys that work in the main window, and what they do.
SHORTCUTS: Mapping[str, str] = {
    "Ctrl+1 to 6": "Show a page",
    "F5": "Refresh the page",
    "Ctrl+F": "Search the settings",
    "F1": "Show this window",
    "Ctrl+W": "Close the window",
    "Ctrl+Q": "Quit Alpkey",
}
