"""The saved password: ``password keep`` and ``password forget``."""

from typing import Literal, TypedDict


class SavedPasswordResult(TypedDict):
    """``password keep``; ``kept`` names what was saved."""

    account: str
    kept: Literal["password", "totp"]


class ForgottenPasswordResult(TypedDict):
    """``password forget``; ``forgotten``: whether anything was saved."""

    account: str
    forgotten: bool
