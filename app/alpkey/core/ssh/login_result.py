"""How a login ended that was tried."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoginObservation:
    """A login that was tried: the exit code of ssh, None where it did not end, and its output."""

    host: str
    code: int | None
    said: str

    @property
    def worked(self) -> bool:
        return self.code == 0
