"""``alpkey autostart`` and ``alpkey install-desktop``."""

from typing import Literal

import click

from alpkey.actions.desktop_entry import (
    autostart_off,
    autostart_on,
    autostart_status,
    install,
    remove,
)
from alpkey.cli.runtime.context import Output, events_option, json_option, run
from alpkey.core.results.desktop import AutostartResult, MenuEntryResult
from alpkey.wiring.settings import desktop_world

What = Literal["on", "off", "status"]
_ACTIONS = {"on": autostart_on, "off": autostart_off, "status": autostart_status}


@click.command("autostart")
@click.argument("what", type=click.Choice(tuple(_ACTIONS)))
@json_option
@events_option
def autostart_command(what: What, as_json: bool, events: bool) -> None:
    """Start the tray icon at login, or not.

    \b
    Examples:
      alpkey autostart on
      alpkey autostart status
    """
    action = _ACTIONS[what]
    run(lambda wiring, _: action(desktop_world(wiring)), Output(as_json, events), _autostart)


@click.command("install-desktop")
@click.option("--remove", "away", is_flag=True, help="Take the entry and the icon away again.")
@json_option
@events_option
def install_desktop_command(away: bool, as_json: bool, events: bool) -> None:
    """Put Alpkey into the desktop's menu, with entries to renew and to connect.

    \b
    Examples:
      alpkey install-desktop
      alpkey install-desktop --remove
    """
    action = remove if away else install
    run(lambda wiring, _: action(desktop_world(wiring)), Output(as_json, events), _installed)


def _autostart(result: AutostartResult) -> str:
    if not result["on"]:
        return "Alpkey does not start at login. To have it start: alpkey autostart on"
    if not result["current"]:
        return (
            f"Something else than this Alpkey starts at login: {result['path']}\n"
            "To have this one start: alpkey autostart on"
        )
    return "Alpkey starts at login."


def _installed(result: MenuEntryResult) -> str:
    if not result["installed"]:
        return "Alpkey is out of the menu."
    return "Alpkey is in the menu:\n" + "\n".join(f"  {path}" for path in result["paths"])
