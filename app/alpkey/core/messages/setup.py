"""The words around the windows that set Alpkey up."""

from collections.abc import Mapping

SET_UP = "Set up"

# The labels of the buttons that open a set-up window, by the window's name.
WINDOWS: Mapping[str, str] = {
    "first-start": "All of it again\N{HORIZONTAL ELLIPSIS}",
    "passphrase": "Passphrase of the key\N{HORIZONTAL ELLIPSIS}",
    "ssh-config": "ssh configuration\N{HORIZONTAL ELLIPSIS}",
    "host-keys": "Host keys\N{HORIZONTAL ELLIPSIS}",
}

KEYCHAIN_LOCKED = "The keychain is locked. Unlock it on your desktop first."
