"""Signing in: at the provider, with the saved sign-in, and with what the keychain holds."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from alpkey.adapters.clock import now
from alpkey.core.errors import InvalidFile, InvalidInput
from alpkey.core.signin import methods
from alpkey.core.site import GATEWAY, SignInMethod
from alpkey.wiring.settings import settings_world

if TYPE_CHECKING:
    from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
    from alpkey.actions.signin.saved_session import SessionWorld
    from alpkey.actions.signin.sign_in import SignInWorld
    from alpkey.adapters.service.gateway import Gateway
    from alpkey.core.cancellation import Cancellation
    from alpkey.core.events import Event
    from alpkey.core.site import OpenId
    from alpkey.core.state.snapshot import Snapshot
    from alpkey.wiring.base import Wiring


def saved_secrets_world(wiring: Wiring, cancellation: Cancellation) -> SavedSecretsWorld:
    """What saving secrets in the keychain needs."""
    from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
    from alpkey.adapters.keychain import otp
    from alpkey.adapters.process.background_call import run_in_background

    return SavedSecretsWorld(
        site=wiring.site,
        keychain=wiring.keychain,
        check_code_secret=otp.check,
        make_code=otp.code,
        run_in_background=run_in_background,
        journal=wiring.status.journal,
        lock=wiring.lock,
        cancellation=cancellation,
        clock=now,
        covers=not wiring.alone,
    )


def sign_in_world(wiring: Wiring, openid: OpenId, cancellation: Cancellation) -> SignInWorld:
    """What a sign-in at the provider needs."""
    from alpkey.actions.signin.sign_in import SignInWorld
    from alpkey.adapters.signin import qr
    from alpkey.adapters.signin.oidc import OpenIdSignIn
    from alpkey.adapters.signin.redirect_listener import RedirectListener
    from alpkey.adapters.system.browser import DesktopBrowser

    return SignInWorld(
        kept=saved_secrets_world(wiring, cancellation),
        provider=OpenIdSignIn(openid, wiring.site, wiring.http, now),
        listen=RedirectListener(openid.redirect_uri, wiring.site.name).listening,
        open_browser=DesktopBrowser(os.environ, sys.platform).open,
        qr=qr.rows,
        pause=lambda span: time.sleep(span.total_seconds()),
        sessions=saved_session_world(wiring, cancellation),
    )


def saved_session_world(wiring: Wiring, cancellation: Cancellation) -> SessionWorld:
    """What saving the sign-in needs.

    A yes to its question becomes the setting, unless the user has set that already.
    """
    from alpkey.actions.signin.saved_session import SessionWorld
    from alpkey.core.settings.settings import KEEP_SIGN_IN

    def remember() -> None:
        if wiring.context.chosen.origins[KEEP_SIGN_IN] == "shipped":
            with suppress(InvalidFile):  # the question comes again next time
                settings_world(wiring).change_file(KEEP_SIGN_IN, "yes")

    return SessionWorld(
        kept=saved_secrets_world(wiring, cancellation),
        wish=lambda: wiring.settings.keep_sign_in,
        remember=remember,
    )


def end_sessions(wiring: Wiring, cancellation: Cancellation) -> Iterator[Event]:
    """End every saved sign-in, at the provider and in the keychain."""
    from alpkey.actions.removal.keychain import KeychainRemoval
    from alpkey.actions.removal.summary import Summary

    provider = None
    if wiring.site.has_gateway:
        openid, _ = gateway(wiring)
        provider = sign_in_world(wiring, openid, cancellation).provider
    saved = saved_secrets_world(wiring, cancellation)
    return KeychainRemoval(saved, provider, Summary()).end_sessions()


def gateway(wiring: Wiring) -> tuple[OpenId, Gateway]:
    """The site's gateway, and where to sign in for it.  Raises InvalidInput where it has none."""
    from alpkey.adapters.service.gateway import Gateway

    site = wiring.site
    service = next((service for service in site.services if service.kind == GATEWAY), None)
    if service is None or site.openid is None:
        raise InvalidInput("no-gateway", site=site.name, dashboard=site.dashboard)
    return site.openid, Gateway(service, site, wiring.http)


def external_method(wiring: Wiring, snapshot: Snapshot | None = None) -> SignInMethod:
    """How to sign in without a form where the user did not say; ``snapshot`` if one was taken."""
    snapshot = snapshot or wiring.snapshot()
    return methods.external_method(
        wiring.site, snapshot.retired, snapshot.method, has_display=wiring.has_display
    )
