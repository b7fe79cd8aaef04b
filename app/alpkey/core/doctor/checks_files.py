"""Checks of the key, its certificate, and the files around them."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from alpkey.core.doctor import buttons
from alpkey.core.doctor.check import Check, Params, when
from alpkey.core.doctor.fixes import Fix, SetFileMode
from alpkey.core.doctor.observations import Observations, PathObservation
from alpkey.core.keys.certificate import fingerprint
from alpkey.core.keys.certificate_check import limits
from alpkey.core.messages import times
from alpkey.core.paths import Paths, certificate_of
from alpkey.core.site import Site
from alpkey.core.state.snapshot import KeyState
from alpkey.core.timestamps import rfc3339

# The files whose existence, owner, mode and access are observed, by the name that checks use.
FILES: Mapping[str, Callable[[Paths, Site], Path]] = {
    "folder": lambda paths, _: paths.ssh,
    "key": lambda paths, site: paths.private_key(site.key_file),
    "certificate": lambda paths, site: certificate_of(paths.private_key(site.key_file)),
    "config": lambda paths, _: paths.user_config,
}

# More than a key, a certificate and a line in the journal take.
ENOUGH_BYTES = 64 * 1024

# Small differences are normal; certificates start a minute early because of them.
CLOCK_MAY_DIFFER = timedelta(minutes=2)

_OTHERS_MAY_ACCESS = 0o077
OTHERS_MAY_WRITE = 0o022

UNREADABLE = ("folder-closed", "key-unreadable", "certificate-unreadable")


def _unreadable(seen: Observations, name: str) -> Params | None:
    file = seen.file(name)
    return when(not file.readable, path=str(file.path)) if file else None


def open_to_others(file: PathObservation | None, permissions: int) -> Params | None:
    """Found where others have one of ``permissions`` (mode bits)."""
    if file is None or not file.mode & permissions:
        return None
    return {"path": str(file.path), "mode": f"{file.mode:04o}"}


def _key_readable_by_others(seen: Observations, _: datetime) -> Params | None:
    """ssh checks the mode only of files that belong to the user (OpenSSH, authfile.c)."""
    key = seen.file("key")
    return open_to_others(key, _OTHERS_MAY_ACCESS) if key and key.own else None


def _foreign_owner(seen: Observations, _: datetime) -> Params | None:
    files = [seen.file(name) for name in ("folder", "key", "certificate")]
    foreign = [str(file.path) for file in files if file and not file.own]
    return when(foreign, paths=", ".join(foreign))


def _no_key(seen: Observations, _: datetime) -> Params | None:
    there = seen.file("key") or seen.file("certificate") or seen.snapshot.has_key
    return when(seen.files and not there, path=str(seen.snapshot.key_path))


def _half_pair(seen: Observations, _: datetime) -> Params | None:
    key, certificate = seen.file("key"), seen.file("certificate")
    if (key is None) == (certificate is None):
        return None
    if seen.snapshot.elsewhere and certificate:
        return None
    there, lacks = seen.snapshot.key_path, seen.snapshot.certificate_path
    return {"there": str(there if key else lacks), "lacks": str(lacks if key else there)}


def _key_broken(seen: Observations, now: datetime) -> Params | None:
    return when(seen.snapshot.state(now) is KeyState.BROKEN, trouble=seen.snapshot.trouble)


def _key_expired(seen: Observations, now: datetime) -> Params | None:
    certificate = seen.snapshot.certificate
    ended = certificate.valid_before if certificate else None
    return when(seen.snapshot.state(now) is KeyState.EXPIRED, ended=rfc3339(ended))


def _not_yet_valid(seen: Observations, now: datetime) -> Params | None:
    certificate = seen.snapshot.certificate
    starts = certificate.valid_after if certificate else None
    return when(seen.snapshot.state(now) is KeyState.NOT_YET_VALID, since=rfc3339(starts))


def _key_expiring(seen: Observations, now: datetime) -> Params | None:
    certificate = seen.snapshot.certificate
    ends = certificate.valid_before if certificate else None
    return when(seen.snapshot.state(now) is KeyState.EXPIRING, ended=rfc3339(ends))


def _clock_wrong(seen: Observations, _: datetime) -> Params | None:
    ahead = seen.service.clock_ahead if seen.service else None
    if ahead is None or abs(ahead) <= CLOCK_MAY_DIFFER:
        return None
    return {
        "span": times.span(abs(ahead)),
        "which": "ahead of" if ahead > timedelta(0) else "behind",
    }


def _user_differs(seen: Observations, _: datetime) -> Params | None:
    certificate, wanted = seen.snapshot.certificate, seen.settings.username
    if certificate is None or not wanted or wanted in certificate.principals:
        return None
    return {"wanted": wanted, "principals": ", ".join(certificate.principals) or "nobody"}


def _authority_changed(seen: Observations, _: datetime) -> Params | None:
    certificate = seen.snapshot.certificate
    before = [
        issued.authority
        for issued in seen.known.issued
        if certificate and issued.authority and issued.serial != certificate.serial
    ]
    if certificate is None or not before or before[-1] == fingerprint(certificate.authority):
        return None
    return {"authority": fingerprint(certificate.authority), "before": before[-1]}


def _limited(seen: Observations, _: datetime) -> Params | None:
    certificate = seen.snapshot.certificate
    return (
        when(certificate and limits(certificate), limits=" ".join(limits(certificate)))
        if certificate
        else None
    )


def _other_tool(seen: Observations, _: datetime) -> Params | None:
    """Only where Alpkey has installed keys here before; otherwise it is simply not in use yet."""
    certificate = seen.snapshot.certificate
    if certificate is None or not seen.known.fingerprints:
        return None
    made_here = seen.known.made_here(fingerprint(certificate.public_key))
    noted = any(issued.serial == certificate.serial for issued in seen.known.issued)
    tools = " and ".join(seen.site.key_tools) or "other programs"
    return when(not made_here and not noted, path=str(seen.snapshot.key_path), tools=tools)


def _interrupted(seen: Observations, _: datetime) -> Params | None:
    """Not while a renewal is running: then the installation is still going on."""
    return when(seen.files and seen.files.interrupted and not seen.snapshot.working)


def _leftovers(seen: Observations, _: datetime) -> Params | None:
    """They are removed at the start of every command that can: these could not be."""
    left = seen.files.leftovers if seen.files and not seen.snapshot.working else ()
    return when(left, paths=", ".join(map(str, left)))


def _disk_full(seen: Observations, _: datetime) -> Params | None:
    return when(seen.files and seen.files.free_bytes < ENOUGH_BYTES)


def _folder_read_only(seen: Observations, _: datetime) -> Params | None:
    folder = seen.file("folder")
    return when(not folder.writable, path=str(folder.path)) if folder else None


CHECKS = (
    Check(
        "clock-off",
        "warning",
        "This computer's clock is wrong",
        "It is {span} {which} the key service's. A certificate is judged by the clock.",
        "Let the system set the time by itself (on Linux: timedatectl set-ntp true).",
        _clock_wrong,
    ),
    Check(
        "installation-cut-off",
        "error",
        "A renewal was cut off while it put the key in place",
        "Key and certificate may not belong together until it is finished.",
        "Finish it with: alpkey doctor --fix installation-cut-off",
        _interrupted,
        fix=Fix.FINISH_INSTALLATION,
    ),
    Check(
        "staged-files",
        "warning",
        "A renewal that was cut off left files behind",
        "{paths} may hold a private key, and cannot be removed by Alpkey.",
        "Remove them by hand once you may write into their folder.",
        _leftovers,
        after=("installation-cut-off",),
    ),
    Check(
        "no-key",
        "error",
        "There is no key yet",
        "{path} does not exist.",
        "Get one with: alpkey renew",
        _no_key,
        button=buttons.RENEW,
        in_snapshot=True,
    ),
    Check(
        "half-pair",
        "error",
        "Only half of the key pair is there",
        "{there} is there, {lacks} is not. A login needs both.",
        "Put the missing file beside it, or get a fresh pair with: alpkey renew",
        _half_pair,
        after=("installation-cut-off",),
        button=buttons.RENEW,
        in_snapshot=True,
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
        fix=SetFileMode("folder", exactly=0o700),
    ),
    Check(
        "key-unreadable",
        "error",
        "The private key cannot be read",
        "{path} is closed to you.",
        "Open it with: alpkey doctor --fix key-unreadable",
        lambda seen, _: _unreadable(seen, "key"),
        after=("files-of-another", "folder-closed"),
        fix=SetFileMode("key", exactly=0o600),
        in_snapshot=True,
    ),
    Check(
        "certificate-unreadable",
        "error",
        "The certificate cannot be read",
        "{path} is closed to you.",
        "Open it with: alpkey doctor --fix certificate-unreadable",
        lambda seen, _: _unreadable(seen, "certificate"),
        after=("files-of-another", "folder-closed"),
        fix=SetFileMode("certificate", exactly=0o644),
        in_snapshot=True,
    ),
    Check(
        "key-open",
        "error",
        "Others may read the private key",
        "{path} has mode {mode}: ssh refuses to use it.",
        "Close it with: alpkey doctor --fix key-open",
        _key_readable_by_others,
        fix=SetFileMode("key", exactly=0o600),
    ),
    Check(
        "folder-open",
        "warning",
        "Others may write into the ssh folder",
        "{path} has mode {mode}: another person could put a key or a configuration there.",
        "Close it with: alpkey doctor --fix folder-open",
        lambda seen, _: open_to_others(seen.file("folder"), OTHERS_MAY_WRITE),
        fix=SetFileMode("folder", exactly=0o700),
    ),
    Check(
        "certificate-open",
        "warning",
        "Others may write the certificate",
        "{path} has mode {mode}.",
        "Close it with: alpkey doctor --fix certificate-open",
        lambda seen, _: open_to_others(seen.file("certificate"), OTHERS_MAY_WRITE),
        fix=SetFileMode("certificate", exactly=0o644),
    ),
    Check(
        "key-broken",
        "error",
        "Key and certificate cannot be used",
        "{trouble}",
        "Get a fresh pair with: alpkey renew",
        _key_broken,
        after=("installation-cut-off", "half-pair", *UNREADABLE),
        button=buttons.RENEW,
        in_snapshot=True,
    ),
    Check(
        "key-expired",
        "error",
        "The key has expired",
        "It expired {ended}.",
        "Get a fresh one with: alpkey renew",
        _key_expired,
        after=("clock-off",),
        button=buttons.RENEW,
        in_snapshot=True,
    ),
    Check(
        "key-not-yet-valid",
        "error",
        "The key is not valid yet",
        "It starts {since}, by this computer's clock.",
        "Set this computer's clock right, or get a fresh key with: alpkey renew",
        _not_yet_valid,
        after=("clock-off",),
        button=buttons.RENEW,
        in_snapshot=True,
    ),
    Check(
        "key-expiring",
        "note",
        "The key expires soon",
        "It expires {ended}.",
        "Get a fresh one with: alpkey renew",
        _key_expiring,
        after=("clock-off",),
        button=buttons.RENEW,
    ),
    Check(
        "user-differs",
        "error",
        "The key was issued to another user",
        "Alpkey logs in as {wanted}, the certificate is for {principals}.",
        "Renew as {wanted}: alpkey renew. If that is not your name at the centre, change "
        "'username' in Alpkey's settings.",
        _user_differs,
        button=buttons.RENEW,
        keep_advice=True,
    ),
    Check(
        "key-limited",
        "warning",
        "The certificate is limited",
        "{limits}",
        "If a login fails for that, get a fresh key with: alpkey renew",
        _limited,
    ),
    Check(
        "authority-changed",
        "warning",
        "The key was signed by another authority than before",
        "It is {authority}; the last one was {before}. Hosts know the centre's own only.",
        "Get a fresh key with: alpkey renew. If this comes back, ask the support of the centre.",
        _authority_changed,
        button=buttons.RENEW,
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
        _folder_read_only,
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
