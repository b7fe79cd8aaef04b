"""Import: a pair, or a certificate for the key that is here, got with the browser.

Every question comes before the first change, so that "cancelled" always means that nothing was
changed.  The pair is proven, put in place, noted and loaded as a renewal does it.
"""

import itertools
import uuid
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from alpkey import path_checks
from alpkey.actions.agent import load as agent_actions
from alpkey.actions.agent.unlock import KeyPassphrase
from alpkey.actions.confirm import agree, is_wanted
from alpkey.actions.install import LOCK_TIMEOUT_S, finish_interrupted, foreign_key, report_wait
from alpkey.actions.keys.named_key import keep_certificate
from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
from alpkey.actions.status import StatusWorld, take_status
from alpkey.core.cancellation import Cancellation
from alpkey.core.errors import Cancelled, InvalidFile, NoKey
from alpkey.core.events import Action, Answer, Ask, Await, Event, Field, Step, Warn
from alpkey.core.keys.certificate import public_line
from alpkey.core.keys.import_candidates import Candidates, Choice, OwnedKey
from alpkey.core.keys.key_file_kinds import (
    Download,
    Find,
    FoundCertificate,
    FoundKey,
    UnusableFile,
    decoded,
    recognise,
)
from alpkey.core.keys.ports import ChangePassphrase, Downloads, IssuedPair, KeyFiles, Pairs
from alpkey.core.keys.private_key_header import InvalidPrivateKey, read_head
from alpkey.core.results.status import ImportResult
from alpkey.core.secret import Secret
from alpkey.core.site import Site
from alpkey.core.state.journal import fold
from alpkey.core.state.journal_facts import Issued
from alpkey.core.state.ports import Lock
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.state.status import status_object
from alpkey.core.timestamps import rfc3339


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """``paths`` are files and folders; without any the folder of downloads is looked through.

    ``pasted`` stands in their place, with ``asks`` a text that is asked for; ``yes`` agrees to a
    backup and keeps the downloads.
    """

    paths: tuple[Path, ...] = ()
    pasted: Download | None = None
    asks: bool = False
    yes: bool = False

    @property
    def looks_around(self) -> bool:
        return self.pasted is None and not self.paths


@dataclass(frozen=True, slots=True)
class ImportWorld:
    site: Site
    downloads: Downloads
    files: KeyFiles
    pairs: Pairs
    change_passphrase: ChangePassphrase
    kept: SavedSecretsWorld
    lock: Lock
    cancellation: Cancellation
    status: StatusWorld


def import_key(request: ImportRequest, world: ImportWorld) -> Action[ImportResult]:
    """The result is the status and ``imported``, ``from``, ``backup`` and ``removed``.

    ``imported`` is False where what is installed is as good already.  Raises NoKey where there is
    nothing to import, KeyExpired, InvalidFile, Cancelled or Unreachable (lock).
    """
    numbers = itertools.count(1)
    if request.asks:
        request = replace(request, pasted=(yield from _ask_for_text(numbers)))
    yield from finish_interrupted(world.files, world.lock)
    finds = list(recognise(_read(request, world)))
    importing = _Importing(request, world, finds)
    choice = importing.choose()
    yield _understood(choice)
    world.files.check_writable()
    agreed = yield from _agree_to_backup(choice, request, world, numbers)
    unwanted = yield from _ask_for_removal(choice, request, world, numbers)
    passphrase = KeyPassphrase(world.kept, world.change_passphrase)
    if choice.key.download and not choice.key.encrypted:
        passphrase.begin()
        yield from passphrase.wait()
    yield from report_wait(world.lock)
    with world.lock.held(LOCK_TIMEOUT_S):
        choice = importing.choose()
        importing.require_agreement(choice, agreed=agreed)
        with world.cancellation.deferred():
            backup = yield from importing.install(choice, passphrase)
            removed = yield from _remove(unwanted, world)
    return {
        **status_object(take_status(world.status), world.status.clock()),
        "imported": importing.installed,
        "from": [str(download.path) for download in choice.downloads if download.path],
        "backup": backup,
        "removed": removed,
    }


class _Importing:
    """What was found, judged against the key that is on this computer at this moment."""

    def __init__(self, request: ImportRequest, world: ImportWorld, finds: Sequence[Find]) -> None:
        self._request = request
        self._world = world
        self._finds = finds
        self.installed = False

    def choose(self) -> Choice:
        """Raises NoKey, KeyExpired or InvalidFile."""
        world = self._world
        if not self._finds:
            folder = str(world.downloads.folder)
            raise NoKey("import-nothing", folder=folder, dashboard=world.site.dashboard)
        keys, useless = self._keys()
        candidates = Candidates(
            keys=keys,
            certificates=[find for find in self._finds if isinstance(find, FoundCertificate)],
            useless=[*(find for find in self._finds if isinstance(find, UnusableFile)), *useless],
            installed=_installed_key(world),
            account=world.status.snapshot().account,
            dashboard=world.site.dashboard,
            key_file=world.site.key_file,
        )
        choice = candidates.choose(world.status.clock())
        self._check_signature(choice)
        return choice

    def require_agreement(self, choice: Choice, *, agreed: bool) -> None:
        """Raises Cancelled where a key came meanwhile that was never asked about."""
        foreign = foreign_key(self._world.files, fold(self._world.status.journal.facts()))
        if foreign and choice.key.download and not agreed:
            raise Cancelled("foreign-key", path=str(foreign.path))

    def install(
        self, choice: Choice, passphrase: KeyPassphrase
    ) -> Generator[Event, Answer, str | None]:
        """Where the backup lies, if one was needed.  Called under the lock."""
        world, snapshot = self._world, self._world.status.snapshot()
        now = world.status.clock()
        if self._is_as_good(snapshot, choice):
            return None
        backup = None
        foreign = foreign_key(world.files, fold(world.status.journal.facts()))
        if not (foreign and choice.key.download):
            facts = world.status.journal.facts()
            yield from keep_certificate(world.files, facts, choice.certificate, now)
        if choice.key.download is None:
            world.files.install_certificate(choice.line)
        else:
            if foreign:
                backup = str(world.files.keep_backup(now))
                yield Warn("backup-kept", {"path": backup})
            key = choice.key
            private = key.private if key.encrypted else passphrase.over(key.private)
            pair = IssuedPair(private, choice.line)
            world.files.install(pair, public_line(choice.certificate.public_key))
        self.installed = True
        yield Step("installed")
        self._note(choice, own_key=choice.key.download is not None or foreign is None)
        yield from self._load_agent(choice, snapshot)
        return backup

    def _keys(self) -> tuple[list[OwnedKey], list[UnusableFile]]:
        keys, useless = [], []
        for found in self._finds:
            if isinstance(found, FoundKey):
                try:
                    keys.append(_owned(found.private, self._world.pairs, found.download))
                except InvalidFile as error:
                    code = "import-hidden" if error.code == "key-hidden" else "import-damaged"
                    reason = str(error.params.get("reason", ""))
                    useless.append(UnusableFile(found.download, code, reason))
        return keys, useless

    def _check_signature(self, choice: Choice) -> None:
        try:
            self._world.pairs.check(choice.line)
        except InvalidFile as error:
            raise InvalidFile(
                "import-damaged",
                name="The certificate",
                reason=error.params["reason"],
                dashboard=self._world.site.dashboard,
            ) from None

    def _is_as_good(self, snapshot: Snapshot, choice: Choice) -> bool:
        """Whether the installed one lasts as long; a given path is imported in any case."""
        now, installed = self._world.status.clock(), snapshot.certificate
        if installed is None or not snapshot.state(now).opens_doors:
            return False
        if installed.blob == choice.certificate.blob:
            return True
        old_end, new_end = installed.valid_before, choice.certificate.valid_before
        lasts_longer = old_end is None or (new_end is not None and old_end >= new_end)
        return self._request.looks_around and lasts_longer

    def _note(self, choice: Choice, *, own_key: bool) -> None:
        """A journal that cannot be written must not cost the key that is in place."""
        world, certificate = self._world, choice.certificate
        snapshot = world.status.snapshot()
        fact = Issued.of(
            certificate,
            at=world.status.clock(),
            account=snapshot.account or certificate.principals[0],
            attempt=uuid.uuid4().hex,
            key_path=snapshot.key_path,
            own_key=own_key,
        )
        with suppress(InvalidFile):
            facts = world.status.journal.facts()
            known = {(f.serial, f.fingerprint) for f in facts if isinstance(f, Issued)}
            if (fact.serial, fact.fingerprint) not in known:
                world.status.journal.append([fact])

    def _load_agent(self, choice: Choice, snapshot: Snapshot) -> Iterator[Event]:
        if choice.key.encrypted:
            yield Warn("agent-passphrase")
            return
        world = self._world
        installed = world.status.snapshot()
        key = agent_actions.LoadableKey.of(choice.key.private, choice.certificate, installed)
        known = fold(world.status.journal.facts(), snapshot.account)
        yield from agent_actions.load_after_renewal(
            world.status.agents, key, known, world.status.clock
        )


def pasted(text: bytes) -> Download:
    """A pasted text, under the name that messages give it."""
    return Download("The pasted text", Secret(decoded(text)))


def _ask_for_text(numbers: Iterator[int]) -> Generator[Event, Answer, Download]:
    ask = Ask(next(numbers), (Field("pasted", "secret"),))
    yield ask
    answer = (yield Await(ask)).get("pasted")
    return pasted(answer.reveal().encode() if isinstance(answer, Secret) else b"")


def _understood(choice: Choice) -> Step:
    """What was found, before anything is asked about it."""
    certificate, ends = choice.certificate, choice.certificate.valid_before
    params = {
        "names": ", ".join(dict.fromkeys(download.name for download in choice.downloads)),
        "principals": ", ".join(certificate.principals),
        "ends": rfc3339(ends) if ends else "never",
    }
    return Step("understood", params)


def _read(request: ImportRequest, world: ImportWorld) -> list[Download]:
    if request.pasted is None:
        return world.downloads.read(request.paths)
    return [request.pasted] if request.pasted.content.reveal().strip() else []


def _installed_key(world: ImportWorld) -> OwnedKey | None:
    """The key on this computer; None also where it cannot be used."""
    try:
        private = world.files.private()
        return _owned(private, world.pairs) if private else None
    except InvalidFile:
        return None


def _owned(private: Secret, pairs: Pairs, download: Download | None = None) -> OwnedKey:
    """Raises InvalidFile."""
    public_key = pairs.public_key(private)
    try:
        encrypted = read_head(private.reveal().encode("latin-1", errors="replace")).encrypted
    except InvalidPrivateKey as error:
        raise InvalidFile("key-unfit", reason=str(error)) from None
    return OwnedKey(private, public_key, encrypted, download)


def _agree_to_backup(
    choice: Choice, request: ImportRequest, world: ImportWorld, numbers: Iterator[int]
) -> Generator[Event, Answer, bool]:
    """Whether a key that is there may be moved aside.  Raises Cancelled where it is to stay."""
    if request.yes or choice.key.download is None:
        return request.yes
    stored = foreign_key(world.files, fold(world.status.journal.facts()))
    if stored:
        yield from agree(next(numbers), "replace", str(stored.path))
    return stored is not None


def _ask_for_removal(
    choice: Choice, request: ImportRequest, world: ImportWorld, numbers: Iterator[int]
) -> Generator[Event, Answer, list[Download]]:
    """The downloads to remove; what is installed is never offered."""
    snapshot = world.status.snapshot()
    installed = {
        path_checks.resolved(path) for path in (snapshot.key_path, snapshot.certificate_path)
    }
    spare = [
        download
        for download in choice.downloads
        if download.path and path_checks.resolved(download.path) not in installed
    ]
    if request.yes or not spare:
        return []
    names = ", ".join(download.name for download in spare)
    wanted = yield from is_wanted(next(numbers), "remove", names, offer=True)
    return spare if wanted else []


def _remove(
    unwanted: Sequence[Download], world: ImportWorld
) -> Generator[Event, Answer, list[str]]:
    removed = []
    for download in unwanted:
        try:
            world.downloads.remove(download)
            removed.append(str(download.path))
        except InvalidFile as error:
            yield Warn("download-left", {"name": download.name, "reason": error.params["reason"]})
    return removed
