"""Importing a pair from a browser: what is asked, what is installed, and what stays as it was."""

from pathlib import Path

import pytest

from alpkey.actions.keys.import_key import ImportRequest, ImportWorld, import_key, pasted
from alpkey.actions.renewal.classic import renew
from alpkey.actions.renewal.request import RenewRequest
from alpkey.adapters.keys.passphrase import change_passphrase
from alpkey.core.errors import Cancelled, InvalidFile, KeyExpired, NoKey
from alpkey.core.events import Ask
from alpkey.core.keys.ports import IssuedPair
from alpkey.core.secret import Secret
from alpkey.core.state.facts import Issued
from tests.actions.worlds import RIGHT, Fakes, play
from tests.contracts.fakes import FakeDownloads, FakePairs
from tests.keys import make_key, sign

KEEP_DOWNLOADS = ImportRequest(yes=True)


def signed(authority: Path, key: Path, *options: str) -> str:
    """The line of a certificate as it is installed: its type and its blob."""
    return " ".join(sign(authority, key, *options).read_text().split()[:2])


class Desk:
    """A user whose browser saved a pair; ``key`` and ``line`` are its texts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fakes = Fakes(folder)
        self.downloads = FakeDownloads(folder / "Downloads")
        self.authority = make_key(folder / "ca")
        self.path = make_key(folder / "downloaded")
        self.key = self.path.read_text()
        self.line = signed(self.authority, self.path, "-n", "alice", "-V", "-1m:+1d")
        self.downloads.save("cscs-key", self.key)
        self.downloads.save("cscs-key-cert.pub", self.line)

    @property
    def world(self) -> ImportWorld:
        fakes = self.fakes
        return ImportWorld(
            site=fakes.site,
            downloads=self.downloads,
            files=fakes.files,
            pairs=FakePairs(self.folder),
            change_passphrase=change_passphrase,
            kept=fakes.keeping,
            lock=fakes.lock,
            cancellation=fakes.cancellation,
            status=fakes.renewal.status,
        )

    def has_a_key_of_the_users(self) -> IssuedPair:
        key = make_key(self.folder / "own")
        own = IssuedPair(Secret(key.read_text()), sign(self.authority, key).read_text())
        self.fakes.files.install(own, "")
        return own

    @property
    def installed(self) -> IssuedPair | None:
        return self.fakes.files.pair()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_pair_is_installed_noted_and_loaded(desk: Desk) -> None:
    outcome = play(import_key(KEEP_DOWNLOADS, desk.world))
    assert desk.installed == IssuedPair(Secret(desk.key), desk.line)
    assert outcome.result["imported"] is True
    assert outcome.asks == []
    assert len(desk.fakes.agent.identities()) == 2
    [issued] = [fact for fact in desk.fakes.journal.facts() if isinstance(fact, Issued)]
    assert (issued.account, issued.own_key) == ("alice", True)
    assert len(desk.downloads.saved) == 2


@pytest.mark.parametrize("removes", [True, False])
def test_the_downloads_are_removed_where_the_user_agrees(desk: Desk, removes: bool) -> None:
    outcome = play(import_key(ImportRequest(), desk.world), {"remove": removes})
    assert (desk.downloads.saved == []) is removes
    assert len(outcome.result["removed"]) == (2 if removes else 0)
    assert outcome.result["imported"] is True


def test_a_download_that_cannot_be_removed_is_a_warning(desk: Desk) -> None:
    desk.downloads.stuck = {"cscs-key"}
    outcome = play(import_key(ImportRequest(), desk.world), {"remove": True})
    assert outcome.warnings == ["download-left"]
    assert [Path(path).name for path in outcome.result["removed"]] == ["cscs-key-cert.pub"]


def test_a_key_of_the_users_is_replaced_only_with_consent_and_kept_aside(desk: Desk) -> None:
    own = desk.has_a_key_of_the_users()
    with pytest.raises(Cancelled):
        play(import_key(ImportRequest(), desk.world), {"replace": False})
    assert desk.installed == own
    outcome = play(import_key(ImportRequest(), desk.world), {"replace": True}, {"remove": False})
    assert desk.fakes.files.backups == [own]
    assert outcome.result["backup"]
    assert desk.installed == IssuedPair(Secret(desk.key), desk.line)


def test_a_key_that_comes_after_the_questions_is_not_replaced(desk: Desk) -> None:
    """The question about the downloads is the last; the key comes while it is open."""
    came: list[IssuedPair] = []

    def comes(event: object) -> None:
        if isinstance(event, Ask):
            came.append(desk.has_a_key_of_the_users())

    with pytest.raises(Cancelled) as raised:
        play(import_key(ImportRequest(), desk.world), {"remove": True}, on_event=comes)
    assert raised.value.code == "foreign-key"
    assert [desk.installed] == came
    assert len(desk.downloads.saved) == 2


def test_a_key_that_alpkey_made_is_replaced_without_a_question(desk: Desk) -> None:
    play(renew(RenewRequest(), desk.fakes.renewal), RIGHT)
    outcome = play(import_key(ImportRequest(paths=(desk.downloads.folder,)), desk.world), {})
    assert [ask.fields[0].name for ask in outcome.asks] == ["remove"]
    assert outcome.result["backup"] is None
    assert desk.installed == IssuedPair(Secret(desk.key), desk.line)


def test_a_certificate_for_the_installed_key_leaves_the_key_alone(desk: Desk) -> None:
    own = desk.has_a_key_of_the_users()
    line = signed(desk.authority, desk.folder / "own", "-n", "alice", "-V", "-1m:+2d")
    request = ImportRequest(pasted=pasted(line.encode()))
    outcome = play(import_key(request, desk.world))
    assert outcome.asks == []
    assert desk.installed == IssuedPair(own.private, line)
    [issued] = [fact for fact in desk.fakes.journal.facts() if isinstance(fact, Issued)]
    assert issued.own_key is False


def test_what_is_installed_already_is_not_installed_again(desk: Desk) -> None:
    play(import_key(KEEP_DOWNLOADS, desk.world))
    facts = desk.fakes.journal.facts()
    outcome = play(import_key(KEEP_DOWNLOADS, desk.world))
    assert outcome.result["imported"] is False
    assert desk.fakes.journal.facts() == facts


def test_a_folder_with_an_older_pair_does_not_replace_a_newer_one(desk: Desk) -> None:
    play(import_key(KEEP_DOWNLOADS, desk.world))
    installed = desk.installed
    line = signed(desk.authority, desk.path, "-n", "alice", "-V", "-1m:+1h")
    desk.downloads.saved.clear()
    desk.downloads.save("cscs-key-cert.pub", line)
    assert play(import_key(KEEP_DOWNLOADS, desk.world)).result["imported"] is False
    assert desk.installed == installed
    named = ImportRequest(paths=(desk.downloads.folder / "cscs-key-cert.pub",), yes=True)
    assert play(import_key(named, desk.world)).result["imported"] is True
    assert desk.installed == IssuedPair(Secret(desk.key), line)


@pytest.mark.parametrize(
    ("options", "error", "code"),
    [
        (("-n", "bob", "-V", "-1m:+1h"), None, None),
        (("-n", "alice", "-V", "-2h:-1h"), KeyExpired, "import-expired"),
        (("-h", "-n", "alice"), InvalidFile, "import-host-certificate"),
    ],
)
def test_a_certificate_that_opens_no_door_changes_nothing(
    desk: Desk, options: tuple[str, ...], error: type[Exception] | None, code: str | None
) -> None:
    own = desk.has_a_key_of_the_users()
    desk.downloads.saved = [one for one in desk.downloads.saved if one.name == "cscs-key"]
    line = signed(desk.authority, desk.path, *options)
    desk.downloads.save("cscs-key-cert.pub", line)
    with pytest.raises(error or InvalidFile) as raised:
        play(import_key(KEEP_DOWNLOADS, desk.world))
    assert getattr(raised.value, "code", None) == (code or "import-foreign")
    assert desk.installed == own


def test_where_nothing_was_saved_the_folder_is_named(desk: Desk) -> None:
    desk.downloads.saved.clear()
    with pytest.raises(NoKey) as raised:
        play(import_key(ImportRequest(), desk.world))
    assert raised.value.code == "import-nothing"
    assert raised.value.params["folder"] == str(desk.downloads.folder)
