"""Alpkey keeps a scientist's CSCS key fresh from the system tray."""

__version__ = "0.1.0"
