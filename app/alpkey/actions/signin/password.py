"""Save a password, or the secret of a code generator, in the keychain; and remove it."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass

from alpkey.actions.signin.saved_secrets import SavedSecretsWorld, note
from alpkey.core.errors import InvalidInput
from alpkey.core.events import Action, Answer, Ask, Await, Event, Field
from alpkey.core.keychain.entries import NOTHING, Kind, SavedSecret, entry_name, to_entry
from alpkey.core.results.signin import ForgottenPasswordResult, SavedPasswordResult
from alpkey.core.secret import Secret
from alpkey.core.signin.credentials import named

FIELDS: Mapping[Kind, str] = {"password": "password", "totp": "totp_secret"}


@dataclass(frozen=True, slots=True)
class KeepRequest:
    """``username`` is what was given, ``account`` what is known; ``kind`` is what to save."""

    username: str | None
    account: str | None
    kind: Kind = "password"


def keep(request: KeepRequest, world: SavedSecretsWorld) -> Action[SavedPasswordResult]:
    """Store the password, or the secret of a code generator, in place of what was saved.

    The result holds ``account`` and ``kept``.  Raises KeychainTrouble, InvalidInput and
    InvalidFile.
    """
    if request.kind == "totp" and not world.site.keeps_totp_secret:
        page = world.site.links.get("mfa", "the centre's pages")
        raise InvalidInput("totp-forbidden", site=world.site.name, page=page)
    world.keychain.check()
    answer = yield from _ask(request)
    account = _account(named(answer, request.username or request.account), world)
    secret = answer.get(FIELDS[request.kind])
    if not isinstance(secret, Secret) or not secret:
        raise InvalidInput("secret-missing", field=FIELDS[request.kind])
    if request.kind == "totp":
        world.check_code_secret(secret)
    world.keychain.store(entry_name(account), to_entry(SavedSecret(request.kind, secret)))
    note(world, account, request.kind)
    return {"account": account, "kept": request.kind}


def forget(request: KeepRequest, world: SavedSecretsWorld) -> Action[ForgottenPasswordResult]:
    """Remove what is saved.  The result holds ``account``, and ``forgotten``: was there anything?

    Raises KeychainTrouble, InvalidInput and InvalidFile.
    """
    yield from ()
    account = _account(request.username or request.account or "", world)
    forgotten = world.keychain.forget(entry_name(account))
    note(world, account, NOTHING)
    return {"account": account, "forgotten": forgotten}


def _ask(request: KeepRequest) -> Generator[Event, Answer, Answer]:
    known = request.username or request.account
    name = () if known else (Field("username", "text"),)
    ask = Ask(1, (*name, Field(FIELDS[request.kind], "secret")))
    yield ask
    return (yield Await(ask))


def _account(name: str, world: SavedSecretsWorld) -> str:
    if not name:
        raise InvalidInput("username-missing", field="username", site=world.site.name)
    if not world.site.names_a_user(name):
        raise InvalidInput("username-unfit", field="username", site=world.site.name)
    return name
