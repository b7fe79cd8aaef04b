"""The desktop: all Qt.  The tray shows the state, windows ask, the command line acts."""
