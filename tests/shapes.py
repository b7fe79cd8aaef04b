"""The declared types of results, held against what a real run printed."""

from collections.abc import Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from alpkey.core.errors import ErrorObject
from alpkey.core.events import AskObject, ShowObject, StepObject, WarnObject
from alpkey.core.results import (
    account,
    agent,
    desktop,
    doctor,
    history,
    keys,
    removal,
    settings,
    signin,
    ssh,
    status,
    tunnels,
    updates,
)

# The result of each command, by its name; a longer name is looked up first.
RESULTS: Mapping[str, type] = {
    "account add": account.AccountResult,
    "account list": account.AccountsResult,
    "account remove": account.RemovedAccountResult,
    "agent clean": agent.CleanedAgentResult,
    "agent list": agent.AgentKeysResult,
    "agent load": status.AgentResult,
    "autostart": desktop.AutostartResult,
    "config apply": ssh.ConfigPlanResult,
    "config check": ssh.ConfigPlanResult,
    "config diff": ssh.ConfigPlanResult,
    "config show": ssh.ShownConfigResult,
    "config undo": ssh.ConfigChangeResult,
    "connect": ssh.ConnectResult,
    "connect --check": ssh.LoginResult,
    "disconnect": ssh.DisconnectResult,
    "doctor": doctor.DoctorResult,
    "ensure": status.EnsureResult,
    "history": history.HistoryResult,
    "hosts accept": ssh.AcceptedHostsResult,
    "hosts list": ssh.HostsResult,
    "import": status.ImportResult,
    "install-desktop": desktop.MenuEntryResult,
    "jobs": tunnels.JobsResult,
    "jobs cancel": tunnels.CancelledJobsResult,
    "keys list": keys.KeysResult,
    "keys revoke": keys.RevokedKeysResult,
    "launch": tunnels.LaunchResult,
    "passphrase keychain": status.PassphraseResult,
    "passphrase keychain --check": status.KeychainCheckResult,
    "passphrase remove": status.PassphraseResult,
    "passphrase set": status.PassphraseResult,
    "password forget": signin.ForgottenPasswordResult,
    "password keep": signin.SavedPasswordResult,
    "renew": status.RenewResult,
    "settings": settings.SettingsResult,
    "settings get": settings.SettingResult,
    "settings set": settings.ChangedSettingResult,
    "sign-out": removal.SignOutResult,
    "status": status.StatusResult,
    "tunnel close": tunnels.ClosedTunnelsResult,
    "tunnel list": tunnels.TunnelsResult,
    "tunnel open": tunnels.TunnelResult,
    "tunnel open --print": ssh.CommandResult,
    "uninstall": removal.UninstallResult,
    "updates": updates.UpdatesResult,
}

EVENTS: Mapping[str, type] = {
    "ask": AskObject,
    "show": ShowObject,
    "step": StepObject,
    "warn": WarnObject,
}


def result_type(arguments: Sequence[str]) -> type:
    """The type that the command with these arguments returns."""
    words = [word for word in arguments if not word.startswith("-")]
    names = [" ".join(words[:count]) for count in (2, 1)]
    options = [word for word in arguments if word in ("--check", "--print")]
    wanted = [f"{name} {option}" for name in names for option in options] + names
    names = [name for name in wanted if name in RESULTS]
    assert names, f"no result is declared for {' '.join(arguments)}"
    return RESULTS[names[0]]


def check_output(arguments: Sequence[str], output: Mapping[str, Any]) -> None:
    """Fails where ``--json`` printed anything but the declared result, or an error."""
    if output.keys() == {"error"}:
        check(output["error"], ErrorObject, "error")
    else:
        check(output, result_type(arguments), " ".join(arguments))


def check_event(arguments: Sequence[str], row: Mapping[str, Any]) -> None:
    """Fails where a line of ``--events`` is not as the contract declares it."""
    plain = {name: value for name, value in row.items() if name != "v"}
    match plain["event"]:
        case "done":
            assert plain.keys() == {"event", "result"}
            check(plain["result"], result_type(arguments), " ".join(arguments))
        case "failed":
            assert plain.keys() == {"event", "error"}
            check(plain["error"], ErrorObject, "error")
        case event:
            check(plain, EVENTS[event], event)


def check(value: Any, declared: Any, at: str) -> None:
    """Fails where the value is not of the declared type; of objects exactly the keys are there."""
    if is_typeddict(declared):
        assert isinstance(value, dict), at
        missing = declared.__required_keys__ - value.keys()
        unknown = value.keys() - declared.__required_keys__ - declared.__optional_keys__
        assert not missing, f"{at}: no {missing}"
        assert not unknown, f"{at}: {unknown} not in {declared.__name__}"
        hints = get_type_hints(declared)
        for name in value:
            check(value[name], hints[name], f"{at}.{name}")
        return
    origin, arguments = get_origin(declared), get_args(declared)
    if origin is Literal:
        assert value in arguments, f"{at}: {value!r}"
    elif origin in (Union, UnionType):
        _check_union(value, arguments, at)
    elif origin in (list, Sequence):
        assert isinstance(value, list), at
        for number, item in enumerate(value):
            check(item, arguments[0], f"{at}[{number}]")
    elif origin in (dict, Mapping):
        assert isinstance(value, dict), at
        for name, item in value.items():
            check(item, arguments[1], f"{at}.{name}")
    else:
        assert type(value) is declared, f"{at}: {value!r} is no {declared}"


def _check_union(value: Any, members: Sequence[Any], at: str) -> None:
    if value is None:
        assert NoneType in members, f"{at}: null"
        return
    failures = []
    for member in members:
        try:
            check(value, member, at)
        except AssertionError as error:
            failures.append(str(error))
        else:
            return
    raise AssertionError("; ".join(failures))
