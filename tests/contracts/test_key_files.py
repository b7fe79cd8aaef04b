"""What every keeper of the pair keeps to."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alpkey.adapters.keys.key_files import KeyPairFiles
from alpkey.core.keys.certificate import public_line, read_certificate
from alpkey.core.keys.ports import IssuedPair, KeyFiles
from alpkey.core.secret import Secret
from tests.contracts.fakes import FakeKeyFiles
from tests.keys import make_pair

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture(params=["files", "fake"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> KeyFiles:
    key = tmp_path / "ssh/cscs-key"
    if request.param == "fake":
        return FakeKeyFiles(key)
    return KeyPairFiles(key, tmp_path / "intent")


def installed(files: KeyFiles, folder: Path) -> tuple[IssuedPair, bytes]:
    """A pair in place, and its plain public key."""
    folder.mkdir()
    private, certificate = make_pair(folder)
    pair = IssuedPair(Secret(private.decode()), (folder / "key-cert.pub").read_text())
    files.check_writable()
    files.install(pair, public_line(certificate.public_key))
    return pair, certificate.public_key


class TestContract:
    def test_nothing_is_there_at_first(self, files: KeyFiles) -> None:
        assert files.current() is None
        assert files.pair() is None
        assert files.private() is None
        assert not files.interrupted()
        assert not files.finish_interrupted()

    def test_what_is_installed_is_there(self, files: KeyFiles, tmp_path: Path) -> None:
        pair, public_key = installed(files, tmp_path / "one")
        assert files.pair() == pair
        stored = files.current()
        assert stored is not None
        assert (stored.public_key, stored.encrypted) == (public_key, False)
        assert not files.interrupted()

    def test_the_next_pair_takes_its_place(self, files: KeyFiles, tmp_path: Path) -> None:
        installed(files, tmp_path / "one")
        pair, _ = installed(files, tmp_path / "two")
        assert files.pair() == pair

    def test_a_backup_leaves_the_pair_where_it_is(self, files: KeyFiles, tmp_path: Path) -> None:
        pair, _ = installed(files, tmp_path / "one")
        backup = files.keep_backup(NOW)
        stored = files.current()
        assert stored is not None
        assert backup.parent == stored.path.parent
        assert backup != stored.path
        assert files.pair() == pair

    def test_a_certificate_alone_leaves_the_key(self, files: KeyFiles, tmp_path: Path) -> None:
        pair, _ = installed(files, tmp_path / "one")
        _, other = installed_elsewhere(tmp_path / "two")
        files.install_certificate(other)
        assert files.pair() == IssuedPair(pair.private, other)
        assert files.private() == pair.private

    def test_a_key_made_here_waits_for_its_place(self, files: KeyFiles, tmp_path: Path) -> None:
        pair, _ = installed(files, tmp_path / "one")
        private, line = installed_elsewhere(tmp_path / "two")
        files.keep_waiting(Secret(private.decode()))
        assert files.waiting() == Secret(private.decode())
        assert files.pair() == pair
        stored = files.current()
        assert stored is not None
        assert not stored.has_public
        own = IssuedPair(Secret(private.decode()), line)
        public = public_line(read_certificate(line.encode()).public_key)
        files.install_own(own, public)
        assert files.pair() == own
        assert files.waiting() is None
        stored = files.current()
        assert stored is not None
        assert stored.has_public

    def test_what_is_there_is_named_and_removed_one_by_one(
        self, files: KeyFiles, tmp_path: Path
    ) -> None:
        assert files.every() == []
        installed(files, tmp_path / "one")
        aside = files.keep_backup(NOW)
        pair, public_key = installed(files, tmp_path / "two")
        in_place, kept = files.every()
        assert (in_place.public_key, kept.path) == (public_key, aside)
        assert kept.public_key not in (None, public_key)
        files.remove(kept)
        assert files.every() == [in_place]
        assert files.pair() == pair
        files.remove(in_place)
        assert files.every() == []
        assert files.current() is None

    def test_the_certificate_alone_is_removed(self, files: KeyFiles, tmp_path: Path) -> None:
        pair, _ = installed(files, tmp_path / "one")
        files.remove_certificate()
        assert files.pair() is None
        assert files.private() == pair.private

    def test_the_key_that_waits_is_removed(self, files: KeyFiles, tmp_path: Path) -> None:
        pair, _ = installed(files, tmp_path / "one")
        assert not files.remove_waiting()
        files.keep_waiting(pair.private)
        assert files.remove_waiting()
        assert files.waiting() is None
        assert files.pair() == pair


def installed_elsewhere(folder: Path) -> tuple[bytes, str]:
    folder.mkdir()
    private, _ = make_pair(folder)
    return private, (folder / "key-cert.pub").read_text()
