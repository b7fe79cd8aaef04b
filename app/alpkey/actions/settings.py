"""Settings: show them and where each comes from; change one."""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from alpkey.actions.desktop_entry import DesktopWorld, follow
from alpkey.core.errors import AlpkeyError, InvalidInput
from alpkey.core.events import Action, Event, Warn
from alpkey.core.results.settings import ChangedSettingResult, SettingResult, SettingsResult
from alpkey.core.settings.kinds import CLUSTERS, SWITCH, Plain
from alpkey.core.settings.policy import Chosen, Origin
from alpkey.core.settings.settings import (
    CONFIRM_EACH_USE,
    KEEP_SIGN_IN,
    SITE,
    InvalidSettings,
    Setting,
    declared,
    no_such_site,
)
from alpkey.core.site import Site


@dataclass(frozen=True, slots=True)
class SettingsWorld:
    """``locked`` are the keys that the organisation decides; ``site`` is the centre as shipped,
    and ``site_names`` are those that the setting of that name can have.

    ``look_again`` updates the line for shell prompts; ``desktop`` the menu entry, which names
    clusters.  ``lacks`` says what a setting needs that is missing here; ``load_anew`` loads the key
    into the agent again as the settings now say.
    """

    chosen: Callable[[], Chosen]
    locked: Callable[[], Collection[str]]
    site: Callable[[], Site]
    site_names: Callable[[], Collection[str]]
    change_file: Callable[[str | tuple[str, ...], Plain | None], Path | None]
    look_again: Callable[[], None]
    desktop: Callable[[], DesktopWorld]
    lacks: Callable[[Setting], str | None]
    load_anew: Callable[[], Iterator[Event]]


def show_all(world: SettingsWorld) -> Action[SettingsResult]:
    """All settings."""
    yield from ()
    chosen = world.chosen()
    return {"settings": [_row(setting, chosen) for setting in declared().values()]}


def show(key: str, world: SettingsWorld) -> Action[SettingResult]:
    """One setting.  Raises InvalidInput for an unknown key."""
    yield from ()
    return _row(_declared(key), world.chosen())


def change(
    key: str,
    text: str | None,
    world: SettingsWorld,
    end_sessions: Callable[[], Iterator[Event]] | None = None,
) -> Action[ChangedSettingResult]:
    """Set what the user typed; None goes back to the default.

    ``end_sessions`` ends the saved sign-ins once they are switched off.  Raises InvalidInput if the
    value is invalid or the organisation decides the setting.
    """
    setting = _declared(key)
    if key in world.locked():
        raise InvalidInput("setting-locked", key=key)
    plain = None if text is None else _typed(setting, text, world)
    if plain and setting.kind is SWITCH and (missing := world.lacks(setting)):
        yield Warn("setting-lacks", {"label": setting.label, "reason": missing})
    aside = world.change_file(key, plain)
    if aside:
        yield Warn("settings-set-aside", {"path": str(aside)})
    with suppress(AlpkeyError):  # another key may be invalid: that is reported when it is read
        world.look_again()
        if setting.kind is CLUSTERS or key == SITE:
            yield from follow(world.desktop())
        if key == CONFIRM_EACH_USE:
            yield from world.load_anew()
    if (key, plain) == (KEEP_SIGN_IN, "no") and end_sessions:
        yield from end_sessions()
    origin: Origin = "shipped" if plain is None else "person"
    default = setting.kind.plain(setting.default)
    row = _as_row(setting, default if plain is None else plain, origin)
    return {**row, "set_aside": str(aside) if aside else None}


def _declared(key: str) -> Setting:
    if key not in declared():
        raise InvalidInput("setting-unknown", key=key, known=", ".join(declared()))
    return declared()[key]


def _typed(setting: Setting, text: str, world: SettingsWorld) -> Plain:
    try:
        plain = setting.typed(text)
    except InvalidSettings as error:
        raise InvalidInput("setting-unfit", reason=str(error)) from None
    if setting.kind is CLUSTERS and isinstance(plain, dict):
        _check_clusters(plain, world.site())
    if setting.key == SITE and plain not in (known := world.site_names()):
        raise InvalidInput("setting-unfit", reason=no_such_site(str(plain), known))
    return plain


def _check_clusters(wanted: dict[str, bool | str], site: Site) -> None:
    """Only a cluster of the site can be shown or hidden; the jump host is none."""
    for name, what in wanted.items():
        if name == site.jump_host:
            reason = f"clusters: {name} is the jump host, which every login goes through"
            raise InvalidInput("setting-unfit", reason=reason)
        if isinstance(what, bool) and site.host(name) is None:
            reason = f"clusters: {site.name} has none called {name}; add it as {name}=HOST"
            raise InvalidInput("setting-unfit", reason=reason)


def _row(setting: Setting, chosen: Chosen) -> SettingResult:
    value = getattr(chosen.settings, setting.key)
    return _as_row(setting, setting.kind.plain(value), chosen.origins[setting.key])


def _as_row(setting: Setting, plain: Plain, origin: Origin) -> SettingResult:
    return {
        "key": setting.key,
        "value": plain,
        "origin": origin,
        "locked": origin == "policy",
        "default": setting.kind.plain(setting.default),
        "label": setting.label,
        "help": setting.help,
    }
