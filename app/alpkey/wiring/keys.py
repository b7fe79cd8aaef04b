"""Keys: imported, protected by a passphrase, and listed at the service."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from alpkey.adapters.clock import now
from alpkey.core.base_dirs import home_dir, passwd_home
from alpkey.wiring.signin import gateway, saved_secrets_world, sign_in_world

if sys.platform == "darwin":
    from alpkey.adapters.system import macos as platform
else:
    from alpkey.adapters.system import linux as platform

if TYPE_CHECKING:
    from alpkey.actions.keys.account_keys import KeysWorld
    from alpkey.actions.keys.import_key import ImportWorld
    from alpkey.actions.keys.passphrase import PassphraseWorld
    from alpkey.core.cancellation import Cancellation
    from alpkey.wiring.base import Wiring


def import_world(wiring: Wiring, cancellation: Cancellation) -> ImportWorld:
    """What importing a key needs."""
    from alpkey.actions.keys.import_key import ImportWorld
    from alpkey.adapters.keys.downloads import DownloadFolder
    from alpkey.adapters.keys.pairs import CryptographyKeys
    from alpkey.adapters.keys.passphrase import change_passphrase

    home = Path(home_dir(os.environ, passwd_home(os.getuid(), os.environ)))
    return ImportWorld(
        site=wiring.site,
        downloads=DownloadFolder(platform.downloads_folder(os.environ, home), wiring.site.key_file),
        files=wiring.files,
        pairs=CryptographyKeys(),
        change_passphrase=change_passphrase,
        kept=saved_secrets_world(wiring, cancellation),
        lock=wiring.lock,
        cancellation=cancellation,
        status=wiring.status,
    )


def passphrase_world(wiring: Wiring, cancellation: Cancellation) -> PassphraseWorld:
    """What changing the passphrase needs."""
    from alpkey.actions.keys.passphrase import PassphraseWorld
    from alpkey.adapters.keys.passphrase import change_passphrase, made_passphrase

    return PassphraseWorld(
        files=wiring.files,
        change_passphrase=change_passphrase,
        kept=saved_secrets_world(wiring, cancellation),
        lock=wiring.lock,
        cancellation=cancellation,
        status=wiring.status,
        make=made_passphrase,
    )


def keys_world(wiring: Wiring, cancellation: Cancellation) -> KeysWorld:
    """What the list of keys needs.  Raises InvalidInput where the site has none to ask for."""
    from alpkey.actions.keys.account_keys import KeysWorld

    openid, service = gateway(wiring)
    return KeysWorld(
        sign_in=sign_in_world(wiring, openid, cancellation),
        service=service,
        snapshot=wiring.snapshot,
        remember=wiring.status.remember,
        journal=wiring.status.journal,
        lock=wiring.lock,
        cancellation=cancellation,
        clock=now,
    )
