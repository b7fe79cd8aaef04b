"""Renew for a service account: signed in with its API key, with files of its own.

Nothing of the user's is touched: not the key, not the certificate, not the agent, and not the
journal that counts the user's keys.  Certificates of a minute take no slot, so an answer that was
lost costs nothing, and the whole may simply be done again.
"""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from alpkey.actions.install import LOCK_TIMEOUT_S
from alpkey.actions.keys.named_key import check_unchanged, is_own, named_key
from alpkey.core.cancellation import Cancellation
from alpkey.core.errors import InvalidFile
from alpkey.core.events import Action, Step, Warn
from alpkey.core.keys.certificate import (
    Certificate,
    InvalidCertificate,
    public_line,
    read_certificate,
)
from alpkey.core.keys.certificate_check import check_certificate, check_key
from alpkey.core.keys.certificate_service import CertificateService
from alpkey.core.keys.ports import ChangePassphrase, IssuedPair, KeyFiles, Pairs
from alpkey.core.paths import certificate_of
from alpkey.core.results.status import RenewResult
from alpkey.core.secret import Secret
from alpkey.core.site import Site
from alpkey.core.state.ports import Lock
from alpkey.core.state.quota import Quota
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.state.status import AgentView, Status, status_object
from alpkey.core.timestamps import Clock

NO_AGENT = AgentView(reachable=False, socket=None, holds_current=False, stale=0)


@dataclass(frozen=True, slots=True)
class ServiceAccountWorld:
    """``api_key`` reads the key; ``files`` and ``lock`` are the service account's own."""

    site: Site
    service: CertificateService
    api_key: Callable[[], Secret]
    files: KeyFiles
    pairs: Pairs
    lock: Lock
    change_passphrase: ChangePassphrase
    cancellation: Cancellation
    clock: Clock


def renew_for_service_account(
    if_needed: timedelta | None, world: ServiceAccountWorld
) -> Action[RenewResult]:
    """Renew the service account's certificate; its key is made where there is none.

    The result is that of a renewal, without quota and agent.  Raises SignInRefused, InvalidInput,
    Unreachable and InvalidFile.
    """
    if if_needed is not None and _snapshot(world).outlasts(if_needed, world.clock()):
        return _result(world)
    api_key = world.api_key()
    named = yield from named_key(world.files, world.pairs, world.change_passphrase)
    world.files.check_writable()
    token = world.service.token_for(api_key)
    yield Step("signed-in")
    with world.lock.held(LOCK_TIMEOUT_S):
        if world.files.finish_interrupted():
            yield Warn("renewal-finished")
        if world.files.named:
            check_unchanged(named, world.files)
        made = None if named or world.files.private() else world.pairs.make()
        public = named.public_key if named else _public(made, world)
        line = world.service.sign(token, f"{public_line(public)} alpkey\n", "1min")
        yield Step("issued")
        _check(world.pairs.check(line), public, world)
        with world.cancellation.briefly():
            if made:
                world.files.install_own(IssuedPair(made, line), public_line(public))
            else:
                world.files.install_certificate(line)
        yield Step("installed")
    return _result(world, service=world.service.name)


def _public(made: Secret | None, world: ServiceAccountWorld) -> bytes:
    """The public half of the key that was ``made``, else of the one that is there."""
    key = made or world.files.private()
    if key is None:  # another program took it away just now
        raise InvalidFile("key-changed")
    return world.pairs.public_key(key)


def _check(certificate: Certificate, public: bytes, world: ServiceAccountWorld) -> None:
    """Raises InvalidFile.  The account follows from the API key alone."""
    check_key(certificate, public)
    check_certificate(certificate, next(iter(certificate.principals), ""), world.clock())
    installed = world.files.certificate()
    if world.files.named and installed is not None and not is_own(installed, (), certificate):
        path = str(world.files.path)
        raise InvalidFile("named-certificate-stays", path=path, typed=shlex.quote(path))


def _snapshot(world: ServiceAccountWorld) -> Snapshot:
    stored, pair = world.files.current(), world.files.pair()
    certificate, trouble = None, None
    try:
        certificate = read_certificate(pair.certificate.encode()) if pair else None
    except InvalidCertificate as error:
        trouble = str(error)
    if certificate and stored and stored.public_key not in (None, certificate.public_key):
        trouble = "Key and certificate belong to different keys."
    path = world.files.path
    return Snapshot(
        account=certificate.principals[0] if certificate and certificate.principals else None,
        key_path=path,
        certificate_path=certificate_of(path),
        quota=Quota(world.site.quota_per_day),
        lead_time=timedelta(0),
        certificate=certificate,
        trouble=trouble,
        has_key=stored is not None,
        encrypted=stored.encrypted if stored else None,
    )


def _result(world: ServiceAccountWorld, service: str | None = None) -> RenewResult:
    status = status_object(Status(_snapshot(world), NO_AGENT), world.clock())
    return {**status, "renewed": service is not None, "service": service, "cancelled_late": False}
