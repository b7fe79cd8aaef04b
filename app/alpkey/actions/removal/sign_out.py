"""Sign out of this computer: remove what Alpkey put there, and end the sign-in at the centre.

What cannot be removed is reported with its reason, and the rest goes on.  Each item is removed
before the journal says so, and a key last of its files: what an interruption left is found again.
"""

from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from alpkey.actions.agent.selection import Agents
from alpkey.actions.confirm import agree
from alpkey.actions.install import LOCK_TIMEOUT_S, finish_interrupted, report_wait
from alpkey.actions.keys.account_keys import KeysWorld, is_this_computers, revoke_each
from alpkey.actions.removal.keychain import KEYCHAIN, KeychainRemoval
from alpkey.actions.removal.summary import Summary
from alpkey.actions.removal.tunnels import TunnelRemoval
from alpkey.actions.signin.saved_secrets import SavedSecretsWorld
from alpkey.actions.signin.saved_session import Who
from alpkey.actions.signin.sign_in import sign_in
from alpkey.actions.status import StatusWorld
from alpkey.actions.tunnels.supervisor import TunnelWorld
from alpkey.core.agent.ports import Agent
from alpkey.core.errors import AgentTrouble, AlpkeyError, Cancelled
from alpkey.core.events import Action, Answer, Event, Step, Warn
from alpkey.core.keys.ports import KeyFiles, StoredKey
from alpkey.core.messages import removal as removal_messages
from alpkey.core.owned_item import OwnedItem
from alpkey.core.results.removal import SignOutResult
from alpkey.core.secret import Secret
from alpkey.core.site import SignInMethod
from alpkey.core.state.journal import fold
from alpkey.core.state.ownership import OwnedKeys, kept_in_keychain
from alpkey.core.state.snapshot import Snapshot
from alpkey.core.timestamps import rfc3339


@dataclass(frozen=True, slots=True)
class SignOutRequest:
    """``revoke``: this computer's certificates at the gateway, too; ``yes`` agrees beforehand."""

    revoke: bool = False
    yes: bool = False


@dataclass(frozen=True, slots=True)
class SignOutWorld:
    """``keys`` is None where the site has no gateway to sign out of.

    ``one_of_several``: only one account leaves, so Alpkey's agent stays for the others' keys.
    """

    tunnels: TunnelWorld
    status: StatusWorld
    files: KeyFiles
    kept: SavedSecretsWorld
    keys: KeysWorld | None
    one_of_several: bool = False


def sign_out(
    method: SignInMethod, request: SignOutRequest, world: SignOutWorld
) -> Action[SignOutResult]:
    """Remove what is Alpkey's, after one question that lists it.

    Raises Cancelled while nothing is changed yet, Unreachable (lock) and InvalidFile.
    """
    yield from finish_interrupted(world.files, world.kept.lock)
    removal = _SignOut(world)
    going = removal.items()
    yield from removal.report_what_stays(request)
    revoking = world.keys if request.revoke else None
    if going or revoking:
        if not request.yes:
            yield from agree(
                1, "leave", removal_messages.to_remove(going, revoked=revoking is not None)
            )
        fresh = (yield from removal.revoke(method, revoking)) if revoking else None
        yield from report_wait(world.kept.lock)
        with world.kept.cancellation.deferred():
            yield from removal.go(fresh)
            world.status.remember(world.status.snapshot())
    return removal.summary.result


class _SignOut:
    """The files, the agent and the keychain, and what there is Alpkey's."""

    def __init__(self, world: SignOutWorld) -> None:
        provider = world.keys.sign_in.provider if world.keys else None
        self._world = world
        self._journal = world.kept.journal
        self._files = world.files
        self.summary = Summary()
        self._keychain = KeychainRemoval(world.kept, provider, self.summary)
        self._tunnels = TunnelRemoval(
            world.tunnels, self.summary, lambda item: self.summary.gone(item, "tunnel-closed")
        )

    def items(self) -> list[OwnedItem]:
        """What will be removed, as far as that is known without unlocking anything."""
        snapshot, keys = self._snapshot, self._own_keys()
        going = [*self._tunnels.items(), *kept_in_keychain(self._journal.facts())]
        if fold(self._journal.facts()).key_protected and not self._protects_other_keys():
            going.append(OwnedItem("passphrase", KEYCHAIN))
        with suppress(AgentTrouble):
            if entries := self._entries():
                going.append(OwnedItem("agent", str(len(entries))))
        if self._ends_own_agent:
            going.append(self._own_agent)
        going += [OwnedItem("key", str(key.path)) for key in keys]
        if self._is_certificate_alone(keys):
            going.append(OwnedItem("certificate", str(snapshot.certificate_path)))
        if self._files.waiting() is not None:
            going.append(OwnedItem("waiting", str(snapshot.key_path)))
        return going

    def report_what_stays(self, request: SignOutRequest) -> Iterator[Event]:
        for key in self._foreign_keys():
            path = str(key.path)
            why = Warn("own-key-stays", {"path": path})
            yield from self.summary.keep(OwnedItem("key", path), why)
        if self._protects_other_keys():
            why = Warn("own-passphrase-stays", {"path": KEYCHAIN})
            yield from self.summary.keep(OwnedItem("passphrase", KEYCHAIN), why)
        certificate, site = self._snapshot.certificate, self._world.kept.site.name
        if request.revoke and self._world.keys is None and certificate:
            ends = rfc3339(certificate.valid_before)
            why = Warn("not-revocable", {"site": site, "ended": ends})
            yield from self.summary.keep(OwnedItem("revocation", site), why)

    def revoke(
        self, method: SignInMethod, keys: KeysWorld
    ) -> Generator[Event, Answer, Secret | None]:
        """Revoke each active certificate of this computer.

        Returns the refresh token that ends the sign-in for it.  Raises Cancelled.
        """
        fresh = None
        try:
            who = Who(self._snapshot.account, keeps=False)
            signed_in = yield from sign_in(method, keys.sign_in, who)
            tokens, account = signed_in.tokens, signed_in.account or ""
            fresh = tokens.refresh
            for key in keys.service.listed(tokens.access):
                known = fold(self._journal.facts(), account)
                made_here = key.certificate and self._owned.has_certificate(key.certificate)
                if made_here or is_this_computers(key, self._snapshot, known):
                    revoke_each(tokens.access, [key], account, keys)
                    self.summary.result["revoked"].append(str(key.serial))
        except Cancelled:
            raise
        except AlpkeyError as error:
            site = self._world.kept.site.name
            yield from self.summary.left(OwnedItem("revocation", site), error)
        else:
            yield Step("revoked")
        return fresh

    def go(self, fresh: Secret | None) -> Generator[Event, Answer, None]:
        """Remove all of it; ``fresh`` ends the sign-in that was made for the revocation."""
        account = self._snapshot.account
        yield from self._tunnels.close()
        if fresh:
            yield from self._keychain.end(fresh, account or "")
        yield from self._keychain.empty(account)
        with self._world.kept.lock.held(LOCK_TIMEOUT_S):
            yield from self._clean_agent()
            yield from self._remove_files()
        if not self._protects_other_keys() and not self._own_keys():
            yield from self._keychain.forget_passphrase()

    def _clean_agent(self) -> Iterator[Event]:
        if self._ends_own_agent:
            yield from self.summary.attempt(
                self._own_agent, "own-agent-ended", self._agents.end_own
            )
        agent = self._agent
        if agent.socket is None:
            return
        removed = 0
        try:
            for blob in self._entries():
                agent.remove(blob)
                removed += 1
        except AgentTrouble as error:
            yield from self.summary.left(OwnedItem("agent", agent.socket), error)
        if removed:
            yield from self.summary.gone(OwnedItem("agent", str(removed)), "out-of-agent")

    def _remove_files(self) -> Iterator[Event]:
        snapshot, keys = self._snapshot, self._own_keys()
        alone = self._is_certificate_alone(keys)
        for key in keys:
            item = OwnedItem("key", str(key.path))
            yield from self.summary.attempt(item, "removed", partial(self._files.remove, key))
        if alone:
            item = OwnedItem("certificate", str(snapshot.certificate_path))
            yield from self.summary.attempt(item, "removed", self._files.remove_certificate)
        item = OwnedItem("waiting", str(snapshot.key_path))
        yield from self.summary.attempt(item, "removed", self._files.remove_waiting)

    def _own_keys(self) -> list[StoredKey]:
        owned = self._owned
        return [key for key in self._files.every() if owned.has_key(key.public_key)]

    def _foreign_keys(self) -> list[StoredKey]:
        owned = self._owned
        return [key for key in self._files.every() if not owned.has_key(key.public_key)]

    def _protects_other_keys(self) -> bool:
        """Whether the passphrase in the keychain may unlock a key of the user's own."""
        protected = fold(self._journal.facts()).key_protected
        return protected and any(key.encrypted for key in self._foreign_keys())

    def _is_certificate_alone(self, keys: list[StoredKey]) -> bool:
        """Whether Alpkey's certificate lies beside a key of the user's own, or beside none."""
        snapshot = self._snapshot
        in_place = any(key.path == snapshot.key_path for key in keys)
        certificate = snapshot.certificate
        return certificate is not None and not in_place and self._owned.has_certificate(certificate)

    def _entries(self) -> list[bytes]:
        """Alpkey's entries in an agent that stays.  Raises AgentTrouble."""
        agent = self._agent
        if agent.socket is None:
            return []
        owned = self._owned
        return [key.blob for key in agent.identities() if owned.has_entry(key.blob)]

    @property
    def _agents(self) -> Agents:
        return self._world.status.agents

    @property
    def _ends_own_agent(self) -> bool:
        return self._agents.own.lives and not self._world.one_of_several

    @property
    def _agent(self) -> Agent:
        return self._agents.used if self._world.one_of_several else self._agents.user_agent()

    @property
    def _own_agent(self) -> OwnedItem:
        return OwnedItem("own-agent", str(self._agents.own.socket))

    @property
    def _snapshot(self) -> Snapshot:
        return self._world.status.snapshot()

    @property
    def _owned(self) -> OwnedKeys:
        return OwnedKeys.of(self._journal.facts())
