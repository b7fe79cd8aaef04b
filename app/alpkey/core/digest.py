"""SHA-256 from the interpreter itself.

hashlib loads libcrypto for it, which costs every start 3 ms, and the tray 2 MB.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:
        from _sha256 import sha256  # Python 3.11
    except ImportError:
        try:
            from _sha2 import sha256  # Python 3.12 and later
        except ImportError:  # an interpreter built without them
            from hashlib import sha256

__all__ = ["sha256"]
