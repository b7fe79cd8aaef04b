"""Renewals: which one a command means, and what each needs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alpkey.adapters.clock import now
from alpkey.core.errors import Cancelled, InvalidInput, NeedsBrowser
from alpkey.core.signin.methods import first_method, service_for
from alpkey.core.site import GATEWAY, SSHSERVICE, SignInMethod
from alpkey.wiring.agent import refill
from alpkey.wiring.settings import settings_world
from alpkey.wiring.signin import external_method, gateway, saved_secrets_world, sign_in_world

if TYPE_CHECKING:
    from datetime import timedelta

    from alpkey.actions.renewal.classic import ClassicRenewalWorld
    from alpkey.actions.renewal.gateway import GatewayRenewalWorld
    from alpkey.actions.renewal.request import GatewayRequest
    from alpkey.adapters.service.http import Http
    from alpkey.core.cancellation import Cancellation
    from alpkey.core.events import Action
    from alpkey.core.results.status import RenewResult
    from alpkey.core.signin.key_service import KeyService
    from alpkey.core.site import Service
    from alpkey.wiring.base import Wiring


def check_account_known(wiring: Wiring) -> None:
    """Raises Cancelled where the first sign-in would need a question about the account."""
    if wiring.snapshot().account is None:
        raise Cancelled("account-unknown")


def remember_account(wiring: Wiring, name: str) -> None:
    """Set this computer up for ``name``; where no name is set, the certificate says it."""
    if wiring.context.chosen.origins["username"] == "person":
        settings_world(wiring).change_file(wiring.username_key, name)


def renew_usually(
    wiring: Wiring, cancellation: Cancellation, request: GatewayRequest | None = None
) -> Action[RenewResult]:
    """Renew where keys usually come from, according to the site and the journal.

    With a saved sign-in at the gateway they come from there.
    """
    from alpkey.actions.renewal.request import GatewayRequest

    request = request or GatewayRequest()
    snapshot, site = wiring.snapshot(), wiring.site
    first = first_method(site, snapshot.retired, snapshot.method)
    service = service_for(first, site, snapshot.retired)
    keep = snapshot.stays_signed_in and site.has_gateway and service and service.kind != GATEWAY
    if first is SignInMethod.PASSWORD and not keep:
        return renew_by_password(wiring, request, cancellation)
    return renew_at_gateway(wiring, external_method(wiring, snapshot), request, cancellation)


def renew_by_password(
    wiring: Wiring, request: GatewayRequest, cancellation: Cancellation
) -> Action[RenewResult]:
    """Renew with username, password and code, at the first service that takes them."""
    from alpkey.actions.renewal import by_password, classic
    from alpkey.actions.renewal import gateway as at_gateway

    def service() -> Service | None:
        return service_for(SignInMethod.PASSWORD, wiring.site, wiring.known().retired)

    def by_service() -> Action[RenewResult]:
        return classic.renew(request, classic_renewal_world(wiring, cancellation))

    def by_gateway() -> Action[RenewResult]:
        world = gateway_renewal_world(wiring, cancellation)
        return at_gateway.renew_at_gateway(SignInMethod.PASSWORD, request, world)

    renewal = by_password.renew_by_password(service, by_service, by_gateway)
    return _then_run(wiring, renewal, cancellation)


def renew_at_gateway(
    wiring: Wiring, method: SignInMethod, request: GatewayRequest, cancellation: Cancellation
) -> Action[RenewResult]:
    """Renew at the gateway, signed in by ``method``.  Raises InvalidInput where there is none."""
    from alpkey.actions.renewal import gateway as at_gateway

    renewal = at_gateway.renew_at_gateway(
        method, request, gateway_renewal_world(wiring, cancellation)
    )
    return _then_run(wiring, renewal, cancellation)


def renew_automatically(wiring: Wiring, cancellation: Cancellation) -> Action[RenewResult]:
    """Renew with the saved sign-in where that may be tried now, as the tray has it done."""
    from alpkey.actions.renewal import automatic

    renewal = automatic.renew_automatically(gateway_renewal_world(wiring, cancellation))
    return _then_run(wiring, renewal, cancellation)


def renew_without_asking(wiring: Wiring, cancellation: Cancellation) -> Action[RenewResult]:
    """Renew with a saved sign-in, and never with the last key of the day."""
    from alpkey.actions.renewal.request import GatewayRequest
    from alpkey.core.schedule.auto_renewal import SPARES

    request = GatewayRequest(attended=False, spares=SPARES)
    return renew_at_gateway(wiring, external_method(wiring), request, cancellation)


def renew_for_service_account(
    wiring: Wiring, if_needed: timedelta | None, cancellation: Cancellation
) -> Action[RenewResult]:
    """Renew for a service account.  Raises InvalidInput where the site names no gateway."""
    from alpkey.actions.renewal import service_account
    from alpkey.adapters.keys.key_files import KeyPairFiles
    from alpkey.adapters.keys.pairs import CryptographyKeys
    from alpkey.adapters.keys.passphrase import change_passphrase
    from alpkey.adapters.service.api_key import take

    at, name = wiring.paths, wiring.site.key_file
    key = at.private_key(name) if wiring.alone else at.program_key(name)
    _, service = gateway(wiring)
    files = KeyPairFiles(key, at.program_intent, named=wiring.alone)
    world = service_account.ServiceAccountWorld(
        site=wiring.site,
        service=service,
        api_key=lambda: take(os.environ, service.api_key_variable),
        files=files,
        pairs=CryptographyKeys(),
        lock=wiring.file_lock(at.program_lock, lambda: files),
        change_passphrase=change_passphrase,
        cancellation=cancellation,
        clock=now,
    )
    return service_account.renew_for_service_account(if_needed, world)


def _then_run(
    wiring: Wiring, renewal: Action[RenewResult], cancellation: Cancellation
) -> Action[RenewResult]:
    """The renewal, and the user's own command after it."""
    from alpkey.actions.renewal.hook import HookWorld, then_run
    from alpkey.adapters.process.hook import CommandHook

    command = wiring.settings.after_renewal
    return then_run(renewal, HookWorld(command, CommandHook(os.environ).run, cancellation))


def classic_renewal_world(wiring: Wiring, cancellation: Cancellation) -> ClassicRenewalWorld:
    """What a renewal needs.  Raises InvalidInput where no service of the site is known here."""
    from alpkey.actions.renewal.classic import ClassicRenewalWorld
    from alpkey.adapters.keys.pairs import CryptographyKeys
    from alpkey.adapters.keys.passphrase import change_passphrase

    return ClassicRenewalWorld(
        site=wiring.site,
        service=_service(wiring),
        files=wiring.files,
        pairs=CryptographyKeys(),
        lock=wiring.lock,
        cancellation=cancellation,
        status=wiring.status,
        kept=saved_secrets_world(wiring, cancellation),
        change_passphrase=change_passphrase,
        refill=refill(wiring),
        centre_time=wiring.http.peer_time,
    )


def gateway_renewal_world(wiring: Wiring, cancellation: Cancellation) -> GatewayRenewalWorld:
    """What a renewal at the gateway needs.  Raises InvalidInput where the site has none."""
    from alpkey.actions.renewal.gateway import GatewayRenewalWorld
    from alpkey.adapters.keys.pairs import CryptographyKeys
    from alpkey.adapters.keys.passphrase import change_passphrase

    openid, service = gateway(wiring)
    return GatewayRenewalWorld(
        site=wiring.site,
        sign_in=sign_in_world(wiring, openid, cancellation),
        service=service,
        remember_account=lambda name: remember_account(wiring, name),
        files=wiring.files,
        pairs=CryptographyKeys(),
        lock=wiring.lock,
        cancellation=cancellation,
        status=wiring.status,
        kept=saved_secrets_world(wiring, cancellation),
        change_passphrase=change_passphrase,
        refill=refill(wiring),
        centre_time=wiring.http.peer_time,
    )


def _service(wiring: Wiring) -> KeyService:
    try:
        return key_service(wiring, wiring.http)[0]
    except InvalidInput:
        other = service_for(external_method(wiring), wiring.site, ())
        if other is None:
            raise
        host = urlsplit(other.url).hostname
        raise NeedsBrowser("password-not-allowed", site=wiring.site.name, host=host) from None


def key_service(wiring: Wiring, http: Http) -> tuple[KeyService, str]:
    """The first service of a kind that is known here, and its address.  Raises InvalidInput."""
    from alpkey.adapters.service.sshservice import SshService

    kinds = {SSHSERVICE: SshService}
    for service in wiring.site.services:
        if service.kind in kinds:
            return kinds[service.kind](service, wiring.site, http), service.url
    unknown = ", ".join(service.kind for service in wiring.site.services)
    raise InvalidInput("unbuilt-service", kinds=unknown)
