"""Settings: ``settings``, ``settings get`` and ``settings set``."""

from typing import Literal, TypedDict


class SettingResult(TypedDict):
    """``settings get``; ``locked``: the organisation's policy decides it."""

    key: str
    value: str | bool | list[str] | dict[str, bool | str]
    origin: Literal["policy", "person", "shipped"]
    locked: bool
    default: str | bool | list[str] | dict[str, bool | str]
    label: str
    help: str


class SettingsResult(TypedDict):
    """``settings``."""

    settings: list[SettingResult]


class ChangedSettingResult(SettingResult):
    """``settings set``; ``set_aside`` is where an unreadable settings file was moved."""

    set_aside: str | None
