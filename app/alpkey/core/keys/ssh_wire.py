"""The wire format of ssh: strings preceded by their length, and big-endian numbers (RFC 4251)."""

import struct


class TruncatedData(ValueError):
    """The bytes end before what they announce."""


class Reader:
    """Reads ``data`` from its start; every method raises TruncatedData where the bytes do not
    suffice.
    """

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def ended(self) -> bool:
        return self._at == len(self._data)

    def raw(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise TruncatedData("it is cut off")
        taken, self._at = self._data[self._at : end], end
        return taken

    def byte(self) -> int:
        return self.raw(1)[0]

    def uint32(self) -> int:
        return int.from_bytes(self.raw(4), "big")

    def uint64(self) -> int:
        return int.from_bytes(self.raw(8), "big")

    def string(self) -> bytes:
        return self.raw(self.uint32())

    def strings(self) -> tuple[bytes, ...]:
        """All that is left, as strings."""
        found = []
        while not self.ended:
            found.append(self.string())
        return tuple(found)


def string(data: bytes) -> bytes:
    """``data`` with its length before it."""
    return uint32(len(data)) + data


def uint32(number: int) -> bytes:
    return struct.pack(">I", number)
