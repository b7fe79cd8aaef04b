"""The doctor: what is looked at and what is not, what is fixed, and what the journal keeps."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from alpkey.actions.doctor import DoctorRequest, DoctorWorld, doctor
from alpkey.actions.renewal.classic import renew
from alpkey.actions.renewal.request import RenewRequest
from alpkey.core.doctor.observations import (
    DesktopObservation,
    Family,
    FilesObservation,
    PathObservation,
    ReachObservation,
    ServiceObservation,
)
from alpkey.core.errors import InvalidFile, InvalidInput, KeychainTrouble
from alpkey.core.results.doctor import DoctorResult
from alpkey.core.settings.settings import Settings
from alpkey.core.state.journal_facts import Finding, Retired, SecretSaved
from tests.actions.worlds import RIGHT, Fakes, play
from tests.contracts.fakes import FakeExternalChanges
from tests.contracts.fakes_ssh import FakeOwnConfig, FakeSshProbe, FakeUserConfig
from tests.core.sites import site

CLUSTER = site().clusters[0].name


def together(calls: Mapping[str, Callable[[], Any]], timeout_s: float) -> dict[str, Any]:
    """One after the other, in the order of their names."""
    return {name: call() for name, call in calls.items()}


class Desk:
    """A computer where everything works, and a key that is good."""

    def __init__(self, folder: Path) -> None:
        self.fakes = Fakes(folder)
        self.own = FakeOwnConfig()
        self.config = FakeUserConfig()
        self.changes = FakeExternalChanges()
        self.ssh = FakeSshProbe({host.name: {"hostname": host.host_name} for host in site().hosts})
        self.ssh.logs_in_to = {host.name for host in site().hosts}
        self.modes: dict[str, int] = {
            "folder": 0o700,
            "key": 0o600,
            "certificate": 0o644,
            "config": 0o600,
        }
        self.asked: list[str] = []
        self.fixed: list[str] = []
        self.service_code: str | None = None
        play(renew(RenewRequest(), self.fakes.renewal), RIGHT)

    @property
    def world(self) -> DoctorWorld:
        return DoctorWorld(
            site=site(),
            settings=Settings(),
            snapshot=self.fakes.snapshot,
            clock=self.fakes.now,
            agent=lambda: self.fakes.agent_use,
            own_files=self.own,
            user_config=self.config,
            external_changes=self.changes,
            lock=self.fakes.lock,
            run_together=together,
            ssh=self.ssh,
            observe_files=self.observe_files,
            change_mode=self.change_mode,
            reach=self.reach,
            service=self.service,
            keychain=self.fakes.keychain,
            desk=DesktopObservation,
            installed=tuple,
            crash_reports=tuple,
            use_ipv4=lambda: pytest.fail("nothing asks for that"),
            lacks=lambda _: None,
            program="Alpkey of a test",
        )

    def observe_files(self) -> FilesObservation:
        paths = {
            name: PathObservation(Path(name), mode, own=True, readable=True, writable=True)
            for name, mode in self.modes.items()
        }
        return FilesObservation(paths, free_bytes=10**9, locks=True, interrupted=False)

    def change_mode(self, name: str, new_mode: Callable[[int], int]) -> None:
        self.fixed.append(name)
        self.modes[name] = new_mode(self.modes[name])

    def reach(self, host: str, port: int, family: Family) -> ReachObservation:
        self.asked.append("network")
        return ReachObservation("open")

    def service(self) -> ServiceObservation:
        self.asked.append("service")
        return ServiceObservation("a host", self.service_code)

    def examines(self, **request: Any) -> DoctorResult:
        return play(doctor(DoctorRequest(**request), self.world)).result

    def found(self, **request: Any) -> set[str]:
        """The ids of the errors."""
        findings = self.examines(**request)["findings"]
        return {finding["id"] for finding in findings if finding["severity"] == "error"}

    def noted(self) -> list[tuple[str, bool]]:
        facts = self.fakes.journal.facts()
        return [(fact.check, fact.found) for fact in facts if isinstance(fact, Finding)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_where_all_is_well_a_login_proves_it(desk: Desk) -> None:
    result = desk.examines()
    assert result["login"] == CLUSTER
    assert desk.ssh.tried == [CLUSTER]
    assert desk.found() == set()


def test_the_jump_host_is_tried_only_where_the_cluster_fails(desk: Desk) -> None:
    desk.ssh.logs_in_to = {"ela"}
    assert desk.examines()["login"] == "ela"
    assert desk.ssh.tried == [CLUSTER, "ela"]


def test_a_quick_look_asks_neither_network_nor_keychain(desk: Desk) -> None:
    desk.fakes.journal.append([SecretSaved(desk.fakes.now(), "alice", "password")])
    asked = desk.fakes.keychain.asked
    assert desk.examines(quick=True)["login"] is None
    assert (desk.asked, desk.ssh.tried, desk.fakes.keychain.asked) == ([], [], asked)


def test_without_a_key_no_login_is_tried(desk: Desk) -> None:
    desk.fakes.files.remove(desk.fakes.files.every()[0])
    del desk.modes["key"], desk.modes["certificate"]
    assert desk.found() == {"no-key"}
    assert desk.ssh.tried == []


def test_where_something_found_stops_a_login_none_is_tried(desk: Desk) -> None:
    desk.modes["key"] = 0o666
    assert desk.found() == {"key-open"}
    assert desk.ssh.tried == []


def test_where_alpkeys_own_files_cannot_be_written_no_login_is_tried(desk: Desk) -> None:
    desk.own.trouble = InvalidFile(path="a path", reason="It is full.")
    assert desk.examines()["login"] is None
    assert desk.ssh.tried == []


def test_the_keychain_is_asked_only_where_something_is_saved_in_it(desk: Desk) -> None:
    desk.fakes.keychain.trouble = KeychainTrouble("keychain-absent", reason="There is none.")
    assert [one["id"] for one in desk.examines()["findings"] if "keychain" in one["id"]] == []
    desk.fakes.journal.append([SecretSaved(desk.fakes.now(), "alice", "password")])
    assert [one["id"] for one in desk.examines()["findings"] if "keychain" in one["id"]] != []


@pytest.mark.parametrize(
    ("mode", "wanted", "fixed"), [(0o666, "key-open", ["key"]), (0o600, None, [])]
)
def test_a_fix_is_applied_only_where_its_finding_is_there(
    desk: Desk, mode: int, wanted: str | None, fixed: list[str]
) -> None:
    desk.modes["key"] = mode
    result = desk.examines(fix="key-open")
    assert (result["fixed"], desk.fixed) == (wanted, fixed)
    assert result["login"] == CLUSTER


def test_a_fix_that_does_not_exist_is_refused_before_anything_is_looked_at(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as raised:
        desk.examines(fix="no-key")
    assert raised.value.code == "usage"
    assert desk.asked == []


def test_a_lasting_error_is_noted_once_and_again_when_it_is_gone(desk: Desk) -> None:
    desk.modes["key"] = 0o666
    for _ in range(2):
        desk.examines()
        assert desk.noted() == [("key-open", True)]
    desk.modes["key"] = 0o600
    for _ in range(2):
        desk.examines()
        assert desk.noted() == [("key-open", True), ("key-open", False)]


def test_what_the_network_did_is_not_noted(desk: Desk) -> None:
    desk.ssh.logs_in_to = set()
    assert desk.found() != set()
    assert desk.noted() == []


def test_a_busy_lock_costs_the_note_and_nothing_else(desk: Desk) -> None:
    desk.modes["key"] = 0o666
    with desk.fakes.lock.held(0):
        assert desk.found() == {"key-open"}
    assert desk.noted() == []


def test_a_service_that_is_retired_is_remembered(desk: Desk) -> None:
    desk.service_code = "service-retired"
    desk.examines()
    [retired] = [one for one in desk.fakes.journal.facts() if isinstance(one, Retired)]
    assert (retired.service, retired.retired) == ("sshservice", True)


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (b"Include /fake/alpkey/config\n", set()),
        (b"Host a\nInclude /fake/alpkey/config\n", {"line-not-first"}),
        (b"Host a\n", {"line-gone"}),
    ],
)
def test_the_include_line_is_looked_for_once_it_was_added(
    desk: Desk, content: bytes, state: set[str]
) -> None:
    desk.config.content = content
    assert {one["id"] for one in desk.examines()["findings"] if "line" in one["id"]} == set()
    desk.changes.note("ssh-config", {"path": "a path"})
    assert {one["id"] for one in desk.examines()["findings"] if "line" in one["id"]} == state
