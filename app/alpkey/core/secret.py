"""A value that must not be seen: it prints as ``***`` and has one way out."""

from typing import Never


class Secret:
    """Holds a password, a code or a key so that no repr, log line or traceback shows it.

    ``reveal()`` is the only way out, so that a search for that word finds every place where a
    secret is used.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> Never:
        raise TypeError("a secret is not pickled")
