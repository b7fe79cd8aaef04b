"""The desktop: all Qt.  The tray looks, windows ask, the command line does."""
