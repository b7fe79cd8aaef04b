"""The declared results hold at least the names that the contract promises to programs."""

import click
import pytest

from alpkey.core.errors import ErrorObject
from alpkey.core.events import AskObject, FieldObject, ShowObject, StepObject, WarnObject
from alpkey.core.results.agent import AgentKey, AgentKeysResult
from alpkey.core.results.doctor import DoctorResult, FindingObject
from alpkey.core.results.keys import AccountKey, KeysResult
from alpkey.core.results.ssh import ConfigChangeResult, ConfigLoss, ConfigPlanResult
from alpkey.core.results.status import AgentResult, QuotaResult, RenewResult, StatusResult
from alpkey.core.results.tunnels import BatchJob, JobsResult, TunnelResult, TunnelsResult
from tests.shapes import RESULTS, check, check_event, result_type
from tests.test_house import COMMANDS

STATUS = (
    "state key_path certificate_path serial key_id principals valid_after valid_before"
    " seconds_left encrypted quota agent"
)
CHANGE = "changed path backup diff loses"

# As the contract lists them ("at least"), by the type that declares them.
PROMISED = {
    StatusResult: STATUS,
    QuotaResult: "limit used remaining source as_of next_slot_at",
    AgentResult: "reachable socket holds_current stale",
    RenewResult: f"{STATUS} renewed service cancelled_late",
    ErrorObject: "code title detail next_step retryable params",
    KeysResult: "keys quota",
    AccountKey: "serial key_id principals valid_after valid_before revoked_at this_machine",
    AgentKeysResult: "socket keys",
    AgentKey: "type fingerprint comment ours stale valid_before",
    JobsResult: "jobs",
    BatchJob: "id name state nodes seconds_left",
    TunnelsResult: "tunnels",
    TunnelResult: "id cluster node ports state since url",
    ConfigChangeResult: CHANGE,
    ConfigPlanResult: CHANGE,
    ConfigLoss: "host keyword theirs ours",
    DoctorResult: "healthy findings",
    FindingObject: "id severity title detail next_step fix consequences",
    StepObject: "event id params",
    AskObject: "event ask fields error",
    FieldObject: "name kind kept",
    WarnObject: "event code params",
    ShowObject: "event kind url user_code qr",
}


@pytest.mark.parametrize("declared", PROMISED, ids=lambda declared: declared.__name__)
def test_every_promised_name_is_a_key(declared: type) -> None:
    assert set(PROMISED[declared].split()) <= declared.__required_keys__  # type: ignore[attr-defined]


def test_every_command_with_json_has_a_type() -> None:
    names = [name for name, command in COMMANDS.items() if _has_json(command)]
    assert "alpkey tunnel list" in names
    for name in names:
        assert result_type(name.split()[1:]), name


def _has_json(command: click.Command) -> bool:
    return any("--json" in option.opts for option in command.params)


LOGIN = {"host": "ela", "logged_in": True}


@pytest.mark.parametrize(
    "output",
    [
        {"host": "ela"},
        {**LOGIN, "user": "alice"},
        {**LOGIN, "host": None},
        {**LOGIN, "logged_in": 1},
    ],
)
def test_the_check_finds_what_is_not_declared(output: dict[str, object]) -> None:
    check(LOGIN, RESULTS["connect --check"], "")
    with pytest.raises(AssertionError):
        check(output, RESULTS["connect --check"], "")


def test_the_check_goes_into_lists_and_unions() -> None:
    host = {"name": "ela", "host_name": "ela.cscs.ch", "state": "known", "reason": None}
    key = {"type": "ED25519", "fingerprint": "SHA256:x"}
    check({"hosts": [{**host, **key}]}, RESULTS["hosts list"], "")
    for wrong in ({"type": 1}, {"state": "odd"}):
        with pytest.raises(AssertionError):
            check({"hosts": [{**host, **key, **wrong}]}, RESULTS["hosts list"], "")


def test_the_check_of_events_takes_the_version_on_the_first() -> None:
    row = {"event": "step", "id": "issued", "params": {"hours": 24}}
    check_event(("renew",), {"v": 1, **row})
    with pytest.raises(AssertionError):
        check_event(("renew",), {**row, "text": ""})
