"""The doctor's checks and its diagnosis: causes, consequences, words."""

import string
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alpkey.core.doctor.check import Check, Params, Severity
from alpkey.core.doctor.checks_files import FILES
from alpkey.core.doctor.diagnosis import (
    CHECKS,
    all_ids,
    diagnose,
    doctor_object,
    find_check,
    lasting_errors,
    stops_a_login,
)
from alpkey.core.doctor.fixes import SetFileMode
from alpkey.core.doctor.observations import (
    AgentObservation,
    Observations,
    ReachObservation,
    Resolved,
    ServiceObservation,
)
from alpkey.core.messages import tunnels as tunnel_messages
from alpkey.core.messages.errors import ERRORS
from alpkey.core.settings.settings import Settings
from alpkey.core.ssh import error_messages
from alpkey.core.ssh.login_result import LoginObservation
from alpkey.core.state.journal import Known
from alpkey.core.state.quota import Quota
from alpkey.core.state.snapshot import Snapshot
from tests.core import ssh_says
from tests.core.sites import site

NOW = datetime(2026, 11, 24, 9, 12, tzinfo=UTC)
BY_ID = {check.id: check for check in CHECKS}


def seen() -> Observations:
    """Nothing was observed but a home without a key."""
    key = Path("/h/.ssh/cscs-key")
    snapshot = Snapshot(
        "alice", key, key.with_name("cscs-key-cert.pub"), Quota(5), timedelta(hours=2)
    )
    return Observations(site(), Settings(), snapshot, Known())


def check(
    name: str,
    severity: Severity = "error",
    after: tuple[str, ...] = (),
    found: Params | None = None,
) -> Check:
    return Check(name, severity, "A title", "{why}", "Do this", lambda *_: found, after=after)


FOUND: Mapping[str, str] = {"why": "because"}


def test_nothing_is_concluded_from_what_was_not_observed() -> None:
    assert diagnose(seen(), NOW) == ()


def test_each_id_is_declared_once() -> None:
    assert len(BY_ID) == len(CHECKS)


@pytest.mark.parametrize("declared", CHECKS, ids=lambda check: check.id)
def test_a_check_is_declared_completely(declared: Check) -> None:
    assert set(declared.after) <= BY_ID.keys()
    texts = (declared.title, declared.detail, declared.next_step)
    assert all(text and "!" not in text for text in texts)
    assert "{" not in declared.title, "a public report shows it"
    assert (declared.fix is not None) is (f"--fix {declared.id}" in declared.next_step)
    assert all(name != "" for _, name, _, _ in string.Formatter().parse(declared.detail))


@pytest.mark.parametrize(
    "fix", [check.fix for check in CHECKS if isinstance(check.fix, SetFileMode)], ids=repr
)
def test_a_mode_is_set_of_an_examined_file_and_never_grants_others_more(fix: SetFileMode) -> None:
    assert fix.file in FILES
    for mode in (0o000, 0o400, 0o666, 0o777):
        assert fix.new_mode(mode) & 0o022 == 0
    assert fix.new_mode(0o600) & 0o600 == 0o600


def test_no_check_explains_itself() -> None:
    def causes(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, above
        for cause in BY_ID[name].after:
            causes(cause, (*above, name))

    for name in BY_ID:
        causes(name, ())


def test_a_consequence_lies_under_its_first_cause_which_is_as_severe() -> None:
    checks = (
        check("cause", "warning", found=FOUND),
        check("middle", "note", ("absent", "cause"), FOUND),
        check("absent"),
        check("end", "error", ("middle",), FOUND),
        check("apart", "note", ("absent",), FOUND),
    )
    found = diagnose(seen(), NOW, checks)
    assert [finding.check.id for finding in found] == ["cause", "apart"]
    assert found[0].severity == "error"
    assert [finding.check.id for finding in found[0].consequences] == ["end", "middle"]
    assert all_ids(found) == {"cause", "middle", "end", "apart"}
    assert stops_a_login(found)


def test_the_worst_comes_first_and_a_warning_stops_nothing() -> None:
    checks = (check("note", "note", found=FOUND), check("warning", "warning", found=FOUND))
    found = diagnose(seen(), NOW, checks)
    assert [finding.check.id for finding in found] == ["warning", "note"]
    assert not stops_a_login(found)


def test_the_object_of_the_contract() -> None:
    shown = doctor_object(diagnose(seen(), NOW, [check("one", found=FOUND)]), "ela")
    assert shown == {
        "healthy": False,
        "findings": [
            {
                "id": "one",
                "severity": "error",
                "title": "A title",
                "detail": "because",
                "next_step": "Do this",
                "fix": None,
                "consequences": [],
            }
        ],
        "login": "ela",
    }


SAYS = {
    "host-changed": "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\n"
    "Offending ED25519 key in /h/known_hosts:3\nHost key verification failed.\n",
    "host-unknown": "No ED25519 host key is known for daint and you have requested strict "
    "checking.\nHost key verification failed.\n",
    "login-refused": "alice@daint: Permission denied (publickey).\n",
    "agent-will-not-sign": "sign_and_send_pubkey: signing failed for ED25519 from agent: agent "
    "refused operation\nalice@daint: Permission denied (publickey).\n",
    "behind-jump": "channel 0: open failed: connect failed: Temporary failure in name "
    "resolution\nstdio forwarding failed\nConnection closed by UNKNOWN port 65535\n",
    "host-hangs-up": "kex_exchange_identification: Connection closed by remote host\n"
    "Connection closed by 10.2.0.3 port 22\n",
    "login-failed": "Unable to negotiate with 10.1.0.2: no matching key exchange method\n",
}


@pytest.mark.parametrize(
    ("version", "case"),
    [(version, case) for version in ssh_says.SAYS for case in ssh_says.SAYS[version]],
)
def test_messages_of_every_ssh_version_are_understood(version: str, case: str) -> None:
    expected, said = ssh_says.SAYS[version][case]
    assert error_messages.kind(LoginObservation("daint", 255, said)) == expected
    echoes = ("kex_", "ssh_exchange", "Connection closed by UNKNOWN")
    assert expected == "hung-up" or not error_messages.last_line(said).startswith(echoes)


@pytest.mark.parametrize("name", SAYS)
def test_messages_of_ssh(name: str) -> None:
    logins = {
        "daint": LoginObservation("daint", 255, SAYS[name]),
        "ela": LoginObservation("ela", 0, ""),
    }
    (found,) = diagnose(replace(seen(), logins=logins), NOW)
    assert found.check.id == name


def test_a_failure_at_the_jump_host_is_not_attributed_to_the_cluster() -> None:
    said = "Host key verification failed.\nConnection closed by UNKNOWN port 65535\n"
    logins = {
        "daint": LoginObservation("daint", 255, said),
        "ela": LoginObservation("ela", 255, said),
    }
    (finding,) = doctor_object(diagnose(replace(seen(), logins=logins), NOW))["findings"]
    assert finding["detail"].startswith("ela is reached")


def test_lasting_errors_are_local_and_not_shown_by_the_snapshot() -> None:
    away = ServiceObservation("sshservice.cscs.ch", "no-network")
    logins = {"daint": LoginObservation("daint", 255, SAYS["host-changed"])}
    elsewhere = replace(seen(), reach=ReachObservation("name-unknown"), service=away, logins=logins)
    assert stops_a_login(diagnose(elsewhere, NOW))
    assert lasting_errors(elsewhere, NOW) == ()
    broken = replace(seen().snapshot, trouble="It is broken.")
    assert lasting_errors(replace(seen(), snapshot=broken), NOW) == ()
    here = replace(
        elsewhere, snapshot=broken, ssh_version="7.2", agent=AgentObservation("absent", None)
    )
    assert lasting_errors(here, NOW) == ("ssh-old",)
    assert find_check("ssh-old") is BY_ID["ssh-old"]
    assert find_check("of-a-later-version") is None


def test_offline_needs_jump_host_and_service_unreachable() -> None:
    away = ServiceObservation("sshservice.cscs.ch", "no-network")
    both = diagnose(replace(seen(), reach=ReachObservation("name-unknown"), service=away), NOW)
    assert [finding.check.id for finding in both] == ["offline"]
    service_only = diagnose(replace(seen(), reach=ReachObservation("open"), service=away), NOW)
    assert [finding.check.id for finding in service_only] == ["service-unreachable"]


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"hostname": "daint.alps.cscs.ch", "proxyjump": "ela", "user": "alice", "port": "22"}, ""),
        ({"hostname": "daint", "user": "me", "port": "22"}, ""),
        ({"hostname": "daint.cscs.ch", "proxyjump": "ela"}, "hostname is daint.cscs.ch"),
        ({"hostname": "DAINT.alps.cscs.ch", "proxycommand": "ssh ela -W %h:%p"}, ""),
        ({"hostname": "daint.alps.cscs.ch", "proxyjump": "ela", "port": "2222"}, "port is 2222"),
        ({"hostname": "daint.alps.cscs.ch"}, "ProxyJump ela is missing"),
    ],
)
def test_the_destination_of_the_users_own_blocks(values: dict[str, str], wrong: str) -> None:
    found = diagnose(replace(seen(), own={"daint": Resolved(values)}), NOW)
    assert [finding.check.id for finding in found] == (["host-astray"] if wrong else [])
    assert all(wrong in str(finding.params["lines"]) for finding in found)


# The entries under troubleshooting and frequent issues of the centre's page "Using SSH", and what
# covers each: a finding of the doctor, an error, or a state of a tunnel.
TROUBLESHOOTING = {
    "Port already in use locally": ("port-busy", "port-tunnelled"),
    "Service not responding": ("service-not-answering", "job-ended", "node-closed"),
    "Auth prompts loop": ("passphrase-each-time", "refused-often", "agent-absent"),
    "too many authentication failures": ("agent-too-full", "agent-stale"),
    "Permission denied": ("key-expired", "user-differs", "login-refused"),
    "Could not open a connection to your authentication agent": ("agent-absent",),
}


@pytest.mark.parametrize("entry", TROUBLESHOOTING)
def test_every_entry_of_the_page_is_covered(entry: str) -> None:
    covered = BY_ID.keys() | ERRORS.keys() | tunnel_messages.STATES.keys()
    assert set(TROUBLESHOOTING[entry]) <= covered


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("agent-too-full", "ssh-add -d"),
        ("agent-absent", "eval $(ssh-agent)"),
        ("key-expired", "alpkey renew"),
        ("login-refused", "multi-factor"),
    ],
)
def test_the_advice_of_the_page_is_given(name: str, advice: str) -> None:
    assert advice in BY_ID[name].detail + BY_ID[name].next_step


def test_a_keyword_of_the_users_that_hides_the_certificate_is_named_with_its_line() -> None:
    line = "/h/.ssh/config line 2"
    own = Resolved({"kexalgorithms": "x"}, lines={"kexalgorithms": line})
    said = "Unable to negotiate with 10.1.0.2 port 22: no matching key exchange method found."
    failed = LoginObservation("ela", 255, said)
    found = diagnose(replace(seen(), own={"ela": own}, logins={"ela": failed}), NOW)
    cause = next(finding for finding in found if finding.check.id == "setting-in-the-way")
    assert cause.params["lines"] == f"kexalgorithms x ({line})"
    assert [below.check.id for below in cause.consequences] == ["login-failed"]
