"""Checks of the key, its certificate, and the files around them."""

from datetime import datetime, timedelta

from alpkey.core.doctor.check import Check, Facts, when
from alpkey.core.doctor.observations import FilesObservation, Observations, PathObservation
from alpkey.core.keys.certificate import fingerprint
from alpkey.core.messages import describe
from alpkey.core.state.snapshot import KeyState
from alpkey.core.timestamps import rfc3339

# A key, a certificate and a line in the journal, with room to breathe.
ENOUGH_BYTES = 64 * 1024

# Clocks differ a little everywhere; certificates start a minute back because of it.
CLOCK_MAY_DIFFER = timedelta(minutes=2)

_OTHERS_MAY_READ = 0o077
_OTHERS_MAY_WRITE = 0o022

UNREADABLE = ("folder-closed", "key-unreadable", "certificate-unreadable")


def _path(seen: Observations, name: str) -> PathObservation | None:
    files: FilesObservation | None = seen.files
    return getattr(files, name) if files else None


def _unreadable(seen: Observations, name: str) -> Facts | None:
    path = _path(seen, name)
    return when(not path.readable, path=str(path.path)) if path else None


def _open_to(seen: Observations, name: str, others: int) -> Facts | None:
    path = _path(seen, name)
    if path is None or not path.mode & others:
        return None
    return {"path": str(path.path), "mode": f"{path.mode:04o}"}


def _key_open(seen: Observations, _: datetime) -> Facts | None:
    """ssh looks at the mode of the person's own files only (OpenSSH, authfile.c)."""
    key = _path(seen, "key")
    return _open_to(seen, "key", _OTHERS_MAY_READ) if key and key.ours else None


def _foreign_owner(seen: Observations, _: datetime) -> Facts | None:
    names = ("folder", "key", "certificate")
    paths = [one for one in (_path(seen, name) for name in names) if one and not one.ours]
    return when(paths, paths=", ".join(str(one.path) for one in paths))


def _no_key(seen: Observations, _: datetime) -> Facts | None:
    files = seen.files
    gone = files and files.key is None and files.certificate is None and not seen.snapshot.has_key
    return when(gone, path=str(seen.snapshot.key_path))


def _half(seen: Observations, _: datetime) -> Facts | None:
    files = seen.files
    if files is None or (files.key is None) == (files.certificate is None):
        return None
    if seen.snapshot.elsewhere and files.certificate:
        return None
    there, lacks = seen.snapshot.key_path, seen.snapshot.certificate_path
    return {
        "there": str(there if files.key else lacks),
        "lacks": str(lacks if files.key else there),
    }


def _broken(seen: Observations, now: datetime) -> Facts | None:
    return when(seen.snapshot.state(now) is KeyState.BROKEN, trouble=seen.snapshot.trouble)


def _expired(seen: Observations, now: datetime) -> Facts | None:
    certificate = seen.snapshot.certificate
    ended = certificate.valid_before if certificate else None
    return when(seen.snapshot.state(now) is KeyState.EXPIRED, ended=rfc3339(ended))


def _early(seen: Observations, now: datetime) -> Facts | None:
    certificate = seen.snapshot.certificate
    starts = certificate.valid_after if certificate else None
    return when(seen.snapshot.state(now) is KeyState.NOT_YET_VALID, since=rfc3339(starts))


def _expiring(seen: Observations, now: datetime) -> Facts | None:
    certificate = seen.snapshot.certificate
    ends = certificate.valid_before if certificate else None
    return when(seen.snapshot.state(now) is KeyState.EXPIRING, ended=rfc3339(ends))


def _clock_off(seen: Observations, _: datetime) -> Facts | None:
    ahead = seen.service.clock_ahead if seen.service else None
    if ahead is None or abs(ahead) <= CLOCK_MAY_DIFFER:
        return None
    return {
        "span": describe.span(abs(ahead)),
        "which": "ahead of" if ahead > timedelta(0) else "behind",
    }


def _user_differs(seen: Observations, _: datetime) -> Facts | None:
    certificate, wanted = seen.snapshot.certificate, seen.settings.username
    if certificate is None or not wanted or wanted in certificate.principals:
        return None
    return {"wanted": wanted, "principals": ", ".join(certificate.principals) or "nobody"}


def _authority_changed(seen: Observations, _: datetime) -> Facts | None:
    certificate = seen.snapshot.certificate
    before = [
        one.authority
        for one in seen.known.issued
        if certificate and one.authority and one.serial != certificate.serial
    ]
    if certificate is None or not before or before[-1] == fingerprint(certificate.authority):
        return None
    return {"authority": fingerprint(certificate.authority), "before": before[-1]}


def _other_tool(seen: Observations, _: datetime) -> Facts | None:
    """Only where Alpkey has made keys here: else it is simply not in use yet."""
    certificate = seen.snapshot.certificate
    if certificate is None or not seen.known.fingerprints:
        return None
    ours = seen.known.made_here(fingerprint(certificate.public_key))
    noted = any(one.serial == certificate.serial for one in seen.known.issued)
    tools = " and ".join(seen.site.key_tools) or "other programs"
    return when(not ours and not noted, path=str(seen.snapshot.key_path), tools=tools)


def _cut_off(seen: Observations, _: datetime) -> Facts | None:
    """While a renewal runs it is only under way."""
    return when(seen.files and seen.files.interrupted and not seen.snapshot.working)


def _disk_full(seen: Observations, _: datetime) -> Facts | None:
    return when(seen.files and seen.files.free_bytes < ENOUGH_BYTES)


def _folder_fixed(seen: Observations, _: datetime) -> Facts | None:
    folder = _path(seen, "folder")
    return when(not folder.writable, path=str(folder.path)) if folder else None


CHECKS = (
    Check(
        "clock-off",
        "warning",
        "This computer's clock is wrong",
        "It is {span} {which} the key service's. A certificate is judged by the clock.",
        "Let the system set the time by itself (on Linux: timedatectl set-ntp true).",
        _clock_off,
    ),
    Check(
        "installation-cut-off",
        "error",
        "A renewal was cut off while it put the key in place",
        "Key and certificate may not belong together until it is finished.",
        "Finish it with: alpkey doctor --fix installation-cut-off",
        _cut_off,
        fix=True,
    ),
    Check(
        "no-key",
        "error",
        "There is no key yet",
        "{path} does not exist.",
        "Get one with: alpkey renew",
        _no_key,
    ),
    Check(
        "half-pair",
        "error",
        "Only half of the key pair is there",
        "{there} is there, {lacks} is not. A login needs both.",
        "Put the missing file beside it, or get a fresh pair with: alpkey renew",
        _half,
        after=("installation-cut-off",),
    ),
    Check(
        "files-of-another",
        "warning",
        "Files of yours belong to somebody else",
        "{paths}: often left by a command that ran with sudo.",
        "Take them back with: sudo chown $(id -u) FILE",
        _foreign_owner,
    ),
    Check(
        "folder-closed",
        "error",
        "The ssh folder is closed to you",
        "{path} may not be entered or listed.",
        "Open it with: alpkey doctor --fix folder-closed",
        lambda seen, _: _unreadable(seen, "folder"),
        after=("files-of-another",),
        fix=True,
    ),
    Check(
        "key-unreadable",
        "error",
        "The private key cannot be read",
        "{path} is closed to you.",
        "Open it with: alpkey doctor --fix key-unreadable",
        lambda seen, _: _unreadable(seen, "key"),
        after=("files-of-another", "folder-closed"),
        fix=True,
    ),
    Check(
        "certificate-unreadable",
        "error",
        "The certificate cannot be read",
        "{path} is closed to you.",
        "Open it with: alpkey doctor --fix certificate-unreadable",
        lambda seen, _: _unreadable(seen, "certificate"),
        after=("files-of-another", "folder-closed"),
        fix=True,
    ),
    Check(
        "key-open",
        "error",
        "Others may read the private key",
        "{path} has mode {mode}: ssh refuses to use it.",
        "Close it with: alpkey doctor --fix key-open",
        _key_open,
        fix=True,
    ),
    Check(
        "folder-open",
        "warning",
        "Others may write into the ssh folder",
        "{path} has mode {mode}: another person could put a key or a configuration there.",
        "Close it with: alpkey doctor --fix folder-open",
        lambda seen, _: _open_to(seen, "folder", _OTHERS_MAY_WRITE),
        fix=True,
    ),
    Check(
        "certificate-open",
        "warning",
        "Others may write the certificate",
        "{path} has mode {mode}.",
        "Close it with: alpkey doctor --fix certificate-open",
        lambda seen, _: _open_to(seen, "certificate", _OTHERS_MAY_WRITE),
        fix=True,
    ),
    Check(
        "key-broken",
        "error",
        "Key and certificate cannot be used",
        "{trouble}",
        "Get a fresh pair with: alpkey renew",
        _broken,
        after=("installation-cut-off", "half-pair", *UNREADABLE),
    ),
    Check(
        "key-expired",
        "error",
        "The key has run out",
        "It ended {ended}.",
        "Get a fresh one with: alpkey renew",
        _expired,
        after=("clock-off",),
    ),
    Check(
        "key-not-yet-valid",
        "error",
        "The key is not valid yet",
        "It starts {since}, by this computer's clock.",
        "Set this computer's clock right, or get a fresh key with: alpkey renew",
        _early,
        after=("clock-off",),
    ),
    Check(
        "key-expiring",
        "note",
        "The key runs out soon",
        "It ends {ended}.",
        "Get a fresh one with: alpkey renew",
        _expiring,
        after=("clock-off",),
    ),
    Check(
        "user-differs",
        "error",
        "The key is made out to another user",
        "Alpkey logs in as {wanted}, the certificate is for {principals}.",
        "Renew as {wanted}: alpkey renew. If that is not your name at the centre, change "
        "'username' in Alpkey's settings.",
        _user_differs,
    ),
    Check(
        "authority-changed",
        "warning",
        "The key was signed by another authority than before",
        "It is {authority}; the last one was {before}. Hosts know the centre's own only.",
        "Get a fresh key with: alpkey renew. If this comes back, ask the support of the centre.",
        _authority_changed,
    ),
    Check(
        "other-tool",
        "note",
        "Another program writes the same key",
        "{path} was not put there by Alpkey; {tools} use the same files.",
        "Use one program for it: a renewal by Alpkey keeps what it finds as a backup.",
        _other_tool,
    ),
    Check(
        "disk-full",
        "warning",
        "The disk is full",
        "A fresh key could not be put in place.",
        "Make room where your home folder lies.",
        _disk_full,
    ),
    Check(
        "folder-fixed",
        "warning",
        "Nothing can be written into the ssh folder",
        "A fresh key could not be put into {path}.",
        "Let yourself write there: chmod u+w {path}",
        _folder_fixed,
        after=("files-of-another", "folder-closed"),
    ),
    Check(
        "no-locks",
        "warning",
        "The home folder knows no file locks",
        "This is so on some network drives. Two computers that renew at once could both spend "
        "a key of the day.",
        "Renew on one computer at a time.",
        lambda seen, _: when(seen.files and not seen.files.locks),
    ),
)
