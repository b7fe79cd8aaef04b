"""A snapshot of this home: certificate, journal, site and settings, read from small files.

The standard library only, so that the tray stays small and ``status`` quick.  Nothing here asks
a network, an agent or a keychain, and nothing here writes.
"""

import fcntl
import os
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Generic, NamedTuple, TypeVar

from alpkey import __version__, path_checks, shipped
from alpkey.core.account import (
    ACCOUNTS,
    USERNAME,
    Account,
    InvalidAccount,
    key_paths,
    read_accounts,
)
from alpkey.core.errors import InvalidFile, InvalidInput
from alpkey.core.json_text import parse_json
from alpkey.core.keys.certificate import (
    Certificate,
    CertificateKind,
    InvalidCertificate,
    fingerprint,
    public_key_in,
    read_certificate,
)
from alpkey.core.keys.certificate_check import unsupported_options
from alpkey.core.keys.private_key_header import InvalidPrivateKey, read_head
from alpkey.core.paths import Paths, certificate_of
from alpkey.core.settings.policy import Chosen, choose
from alpkey.core.settings.settings import (
    DEFAULT_SITE,
    SITE,
    InvalidSettings,
    Settings,
    no_such_site,
    read_values,
    unknown_keys,
)
from alpkey.core.site import (
    InvalidSite,
    Site,
    overlaid,
    read_site,
    with_clusters,
    with_services_in_use_first,
)
from alpkey.core.ssh.aliases import Alias, from_text
from alpkey.core.ssh.control_sockets import is_shared
from alpkey.core.state import journal, journal_lines, quota
from alpkey.core.state.journal_facts import Fact
from alpkey.core.state.ports import SSH_CONFIG
from alpkey.core.state.snapshot import Snapshot, Stamp
from alpkey.core.tunnels.record import (
    TunnelObservation,
    TunnelTarget,
    from_bytes,
    target_from_bytes,
)
from alpkey.core.updates.releases import LastUpdateCheck, Release, is_brought
from alpkey.trusted_files import DistrustedFile, read_trusted

_HEAD_BYTES = 16 * 1024
_FILE_LIMIT_BYTES = 1024 * 1024

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What a command is based on: the centre with the clusters to show, and the settings.

    ``account`` is an account beside the first, None for the first.
    """

    site: Site
    chosen: Chosen
    account: Account | None = None

    @property
    def settings(self) -> Settings:
        return self.chosen.settings

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The accounts beside the first."""
        return self.chosen.accounts

    def of_account(self, name: str | None) -> "CommandContext":
        """The same for an account beside the first; None is the first.  Raises InvalidInput."""
        if name is None:
            return self
        for account in self.accounts:
            if account.name == name:
                chosen = self.chosen.of_account(account)
                return CommandContext(account.site(self.site), chosen, account)
        known = ", ".join(account.name for account in self.accounts) or "none"
        raise InvalidInput("no-such-account", name=name, known=known)

    def own_facts(self, facts: Sequence[Fact]) -> journal.Facts:
        """Those of the facts that concern this account."""
        username = self.account.username if self.account else None
        others = {account.username for account in self.accounts}
        return journal.of_account(facts, username, others)

    def key_paths(self, at: Paths) -> tuple[Path, ...]:
        """The private keys of all accounts, the first account's first."""
        return key_paths(at.ssh, self.site.key_file, self.accounts)


def resources() -> Path:
    """The folder of shipped data: inside the package, or beside ``app`` in a checkout."""
    return Path(shipped.folder())


class ReadOnce(Generic[T]):
    """What ``read`` finds in the files at ``paths``, read again only where one of them changed."""

    def __init__(self, paths: Iterable[Path], read: Callable[[], T]) -> None:
        self._paths = tuple(paths)
        self._read = read
        self._found: tuple[tuple[object, ...], T] | None = None

    def __call__(self) -> T:
        """Raises what ``read`` does."""
        version = tuple(map(_version, self._paths))
        if self._found is None or self._found[0] != version:
            self._found = version, self._read()
        return self._found[1]


def _version(path: Path) -> object:
    """Which content, owner and mode a file has; None where none can be found."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


class SettingsReader:
    """Site and settings of a home, each read once unless its files change.  All raise InvalidFile.

    ``policy`` are the values that the organisation locks, ``chosen`` the settings in force and who
    decided each.
    """

    def __init__(self, at: Paths) -> None:
        self._at = at
        self.policy = ReadOnce(at.policies, lambda: policy(at))
        self.chosen = ReadOnce((*at.policies, at.settings), lambda: chosen(at, self.policy()))
        self._sites: dict[str, ReadOnce[Site]] = {}

    def context(self) -> CommandContext:
        """The chosen site with the clusters that the user wants, and the settings."""
        chosen = self.chosen()
        site = self._site(chosen.settings.site)
        return CommandContext(with_clusters(site, chosen.settings.clusters), chosen)

    def site(self) -> Site:
        """The chosen site, without the clusters that the user wants.

        Settings that cannot be read are skipped, so that a window can show what is wrong with them.
        """
        return self._site(self._site_name())

    def _site_name(self) -> str:
        with suppress(InvalidFile):
            return self.chosen().settings.site
        with suppress(InvalidFile):
            return str(self.policy().get(SITE, DEFAULT_SITE))
        return DEFAULT_SITE

    def _site(self, name: str) -> Site:
        at = self._at
        if name not in self._sites:
            files = (at.site_overrides / f"{name}.toml", at.site)
            self._sites[name] = ReadOnce(files, lambda: _read_site(at, name))
        return self._sites[name]()


def command_context(at: Paths) -> CommandContext:
    """Site and settings.  Raises InvalidFile."""
    return SettingsReader(at).context()


def site(at: Paths) -> Site:
    """The site with the clusters that the user wants.  Raises InvalidFile."""
    return command_context(at).site


def shipped_site(at: Paths) -> Site:
    """The chosen site, without the clusters that the user wants.  Raises InvalidFile.

    Settings that cannot be read are skipped, so that a window can show what is wrong with them.
    """
    return SettingsReader(at).site()


def site_names(at: Paths) -> tuple[str, ...]:
    """The names that the setting ``site`` can have: a file each, shipped or this machine's."""
    folders = (_shipped_sites(), at.site_overrides)
    return tuple(
        sorted(
            {path.stem for folder in folders for path in path_checks.with_suffix(folder, ".toml")}
        )
    )


def _shipped_sites() -> Path:
    return resources() / "sites"


def _read_site(at: Paths, name: str) -> Site:
    """The shipped file of that name, below the machine's own, below the home's ``site.toml``.

    Raises InvalidFile.
    """
    described: dict[str, Any] = {}
    site: Site | None = None
    # Who may write what is shipped may write the program itself: no check would help there.
    layers = {
        _shipped_sites() / f"{name}.toml": Path.read_bytes,
        at.site_overrides / f"{name}.toml": read_trusted,
        at.site: read_trusted,
    }
    for layer, read in layers.items():
        table = _table(layer, read)
        if table and (site or layer != at.site):
            described = overlaid(described, table)
            try:
                site = read_site(described)
            except InvalidSite as error:
                raise _unreadable(layer, str(error)) from None
    if site is None:
        raise _unreadable(_deciding_file(at, SITE), no_such_site(name, site_names(at)))
    return with_services_in_use_first(site, datetime.now().astimezone().date())


def deciding_files(at: Paths, site_name: str, key_file: str) -> tuple[Path, ...]:
    """Every file that decides whether a login can work, and as whom."""
    key = at.private_key(key_file)
    return (
        _shipped_sites() / f"{site_name}.toml",
        at.site_overrides / f"{site_name}.toml",
        at.site,
        at.settings,
        *at.policies,
        at.journal,
        at.external_changes,
        key,
        certificate_of(key),
        key.with_name(f"{key.name}.pub"),
    )


def _deciding_file(at: Paths, key: str) -> Path:
    """The file that decides a setting: a policy, the strongest last, or else the user's own."""
    return next((path for path in reversed(at.policies) if key in _values(path)), at.settings)


def chosen(at: Paths, locked: dict[str, Any] | None = None) -> Chosen:
    """The settings in force, and who decided each.  Raises InvalidFile.

    ``locked`` is the organisation's policy where the caller has read it.
    """
    locked = policy(at) if locked is None else locked
    table = _table(at.settings)
    others = table.pop(ACCOUNTS, {})
    unknown = unknown_keys(table)  # of a newer version: one home may serve two computers
    values = _read_values(at.settings, table, {*locked, *unknown})
    try:
        accounts = read_accounts(others, {**values, **locked}.get(USERNAME, ""))
    except InvalidAccount as error:
        raise _unreadable(at.settings, f"{ACCOUNTS}: {error}") from None
    return choose(locked, values, unknown, accounts)


def policy(at: Paths) -> dict[str, Any]:
    """The values that the organisation locks.  Raises InvalidFile.

    What it misspells is no lock, so that is refused and not passed over.
    """
    locked: dict[str, Any] = {}
    for path in at.policies:
        locked |= _values(path)
    return locked


def _values(path: Path) -> dict[str, Any]:
    return _read_values(path, _table(path))


def _read_values(
    path: Path, table: dict[str, Any], passing_over: Collection[str] = ()
) -> dict[str, Any]:
    try:
        return read_values(table, passing_over)
    except InvalidSettings as error:
        raise _unreadable(path, str(error)) from None


def known(
    at: Paths, account: str | None = None, context: CommandContext | None = None
) -> journal.Known:
    """What the journal says of ``account``, or of the one of ``context`` that got a key last."""
    facts = journal_lines.from_lines(_lines(at.journal))
    if context and context.accounts:
        return context.own_facts(list(facts)).known(account)
    return journal.fold(facts, account)


def aliases(at: Paths) -> list[Alias]:
    """The user's own names for hosts of the centre, as they were found last."""
    return from_text("".join(_lines(at.aliases)))


def shares_connections(at: Paths) -> bool:
    """Whether connections are open that logins go through, or were when last checked."""
    return any(is_shared(path.name) for path in path_checks.entries(at.shared_connections))


def snapshot(
    at: Paths,
    now: datetime,
    context: CommandContext | None = None,
    known_of: Callable[[str | None], journal.Known] | None = None,
) -> Snapshot:
    """One snapshot.  Raises InvalidFile where settings or site cannot be read; any key is shown.

    ``context``, and ``known_of``, which folds the journal for an account, are read where the caller
    does not have them.
    """
    context = context or command_context(at)
    the_site, the_settings = context.site, context.settings
    key_path = at.private_key(the_site.key_file)
    certificate_path = certificate_of(key_path)
    certificate, trouble = _certificate(certificate_path)
    key = _key(key_path, certificate)
    account = the_settings.username or _principal(certificate) or None
    facts = known_of(account) if known_of else known(at, account, context)
    if _is_lost(key, facts):
        key = _Key()
    wants_news = the_settings.tell_updates and not is_brought(shipped.build())
    return Snapshot(
        account=account or facts.account,
        key_path=key_path,
        certificate_path=certificate_path,
        quota=quota.from_journal(facts, the_site.quota_per_day, now),
        lead_time=the_settings.lead_time,
        certificate=certificate,
        trouble=trouble or key.trouble or _revocation(certificate, facts),
        has_key=key.has_file or key.elsewhere,
        has_file=key.has_file,
        elsewhere=key.elsewhere,
        encrypted=key.encrypted,
        stamp=stamp(certificate_path),
        working=_is_locked(at.lock),
        interrupted=os.access(at.intent, os.F_OK),
        retired=facts.retired,
        warnings=facts.findings,
        stays_signed_in=facts.session_kept and not facts.refusals_in_a_row,
        method=facts.method,
        auto_renewal_failed=facts.auto_renewal_failed,
        tunnels=tunnels(at, now),
        configured=_is_configured(at.external_changes),
        last_tunnel=_last_tunnel(at.last_tunnel),
        wants_news=wants_news,
        newer=_newer(at.release) if wants_news else None,
    )


def _newer(path: Path) -> Release | None:
    with suppress(OSError):
        last = LastUpdateCheck.from_bytes(_read(path))
        return last.newer_than(__version__) if last else None
    return None


def tunnels(at: Paths, now: datetime) -> tuple[TunnelObservation, ...]:
    """The open tunnels, and those whose end is to be shown; by name."""
    found = (_tunnel(path) for path in path_checks.with_suffix(at.tunnels, ".json"))
    return tuple(tunnel for tunnel in found if tunnel and tunnel.is_worth_telling(now))


def _last_tunnel(path: Path) -> TunnelTarget | None:
    with suppress(OSError):
        return target_from_bytes(_read(path))
    return None


def _tunnel(path: Path) -> TunnelObservation | None:
    """An open tunnel's file is locked; one that is unlocked may just have been replaced."""
    while True:
        try:
            with path_checks.open_regular(path) as file:
                alive = _is_held(file)
                if alive or os.path.samestat(os.fstat(file.fileno()), path.stat()):
                    return from_bytes(file.read(_HEAD_BYTES), alive=alive)
        except OSError:
            return None


def stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return Stamp()
    return Stamp(found.st_mtime_ns, found.st_size)


def _table(path: Path, read: Callable[[Path], bytes] = read_trusted) -> dict[str, Any]:
    """The table in the file, TOML or a property list; an absent file is an empty one.

    Raises InvalidFile, also where another user may have written the file: it says where passwords
    go.
    """
    try:
        content = read(path)
        return _plist(content) if path.suffix == ".plist" else _toml(content)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, DistrustedFile) as error:
        raise _unreadable(path, str(error)) from None


def _toml(content: bytes) -> dict[str, Any]:
    """Read TOML, with the mark that some editors put first (UTF-8 BOM).  Raises ValueError."""
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except RecursionError:
        raise ValueError("nested too deep") from None


def _plist(content: bytes) -> dict[str, Any]:
    """macOS keeps managed preferences so.  Raises ValueError."""
    import plistlib
    from xml.parsers.expat import ExpatError

    try:
        table = plistlib.loads(content)
    except (ExpatError, OverflowError, RecursionError, LookupError, TypeError) as error:
        raise ValueError(str(error)) from None
    if not isinstance(table, dict):
        raise ValueError("not a dictionary")
    return table


def _unreadable(path: Path, reason: str) -> InvalidFile:
    return InvalidFile("settings-unreadable", path=str(path), reason=reason)


def _lines(path: Path) -> Iterator[str]:
    """None where the file cannot be read: a snapshot has what it can, and the commands say why."""
    with suppress(OSError), path_checks.open_regular(path) as file:
        yield from (line.decode(errors="replace") for line in file)


def _read(path: Path) -> bytes:
    """The content of a small file.  Raises OSError."""
    with path_checks.open_regular(path) as file:
        return file.read(_FILE_LIMIT_BYTES)


def _certificate(path: Path) -> tuple[Certificate | None, str | None]:
    """The certificate, and in words why a file that is there cannot be used."""
    try:
        certificate = read_certificate(_read(path))
    except FileNotFoundError:
        return None, None
    except OSError as error:
        return None, f"{path} cannot be read: {error.strerror}."
    except InvalidCertificate as error:
        return None, f"{path}: {error}"
    if certificate.kind is not CertificateKind.USER:
        return None, f"{path} is a certificate for hosts, not for people."
    if unknown := unsupported_options(certificate):
        return certificate, f"{path} has a critical option that hosts refuse: {', '.join(unknown)}."
    return certificate, None


class _Key(NamedTuple):
    """A key as its files show it; ``trouble`` is in words."""

    public_key: bytes | None = None
    has_file: bool = False
    elsewhere: bool = False
    encrypted: bool | None = None
    trouble: str | None = None


def _key(path: Path, certificate: Certificate | None) -> _Key:
    try:
        with path_checks.open_regular(path) as file:
            head = read_head(file.read(_HEAD_BYTES))
    except FileNotFoundError:
        key = _by_its_public_half(path.with_name(f"{path.name}.pub"))
    except OSError as error:
        return _Key(has_file=True, trouble=f"{path} cannot be read: {error.strerror}.")
    except InvalidPrivateKey as error:
        return _Key(has_file=True, trouble=f"{path}: {error}")
    else:
        key = _Key(head.public_key, True, head.in_hardware, head.encrypted)
    mismatch = certificate and key.public_key and key.public_key != certificate.public_key
    reason = f"{path} and its certificate belong to different keys." if mismatch else None
    return key._replace(trouble=reason)


def _by_its_public_half(path: Path) -> _Key:
    public_key = public_key_in("".join(_lines(path)))
    return _Key(public_key, elsewhere=True) if public_key else _Key()


def _is_lost(key: _Key, facts: journal.Known) -> bool:
    """Alpkey's keys are in files, so one of which only the ``.pub`` is left is lost."""
    if key.has_file or key.public_key is None:
        return False
    return facts.made_here(fingerprint(key.public_key))


def _revocation(certificate: Certificate | None, facts: journal.Known) -> str | None:
    """What is wrong with a certificate that was revoked."""
    if certificate is None or certificate.serial not in facts.revoked:
        return None
    return "It was revoked. Get a fresh one with: alpkey renew"


def _principal(certificate: Certificate | None) -> str | None:
    return certificate.principals[0] if certificate and certificate.principals else None


def _is_configured(external_changes: Path) -> bool:
    """Whether Alpkey's line was added to the user's ssh configuration, as far as can be read."""
    with suppress(OSError, ValueError, TypeError):
        return SSH_CONFIG in dict(parse_json(_read(external_changes)))
    return False


def _is_locked(path: Path) -> bool:
    """Whether a process holds the lock; asking for a shared one never takes it away."""
    try:
        with path_checks.open_regular(path) as file:
            return _is_held(file)
    except OSError:
        return False


def _is_held(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
