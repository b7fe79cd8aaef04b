"""A fake of an ssh agent, held to the same contract as the real one."""

from alpkey.adapters.private_key import load, public_blob
from alpkey.core.certificate import Certificate
from alpkey.core.ports_agent import Identity


class FakeAgent:
    """Keeps what it is given, in order."""

    socket: str | None = "fake"

    def __init__(self) -> None:
        self._held: dict[bytes, str] = {}

    def identities(self) -> list[Identity]:
        return [Identity(blob, comment) for blob, comment in self._held.items()]

    def add(
        self,
        private: bytes,
        comment: str,
        *,
        certificate: Certificate | None = None,
        lifetime_s: int | None = None,
    ) -> None:
        self._held[certificate.blob if certificate else public_blob(load(private))] = comment

    def remove(self, blob: bytes) -> None:
        self._held.pop(blob, None)
