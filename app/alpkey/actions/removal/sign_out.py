"""Leave this computer: what of ours lies on it goes, and the centre is told where it can be.

What cannot be done is told with its reason, and the rest is done.  Each thing goes before the
journal says so, and a key goes last of its files: so whatever a cut left, the next try finds.
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
from alpkey.core.errors import AgentTrouble, AlpkeyError, Cancelled
from alpkey.core.events import Action, Answer, Event, Step, Warn
from alpkey.core.messages import removal as removal_messages
from alpkey.core.owned_item import OwnedItem
from alpkey.core.ports import KeyFiles, StoredKey
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
    """``keys`` is None where the site has no gateway to sign out of."""

    tunnels: TunnelWorld
    status: StatusWorld
    files: KeyFiles
    kept: SavedSecretsWorld
    keys: KeysWorld | None


def sign_out(method: SignInMethod, request: SignOutRequest, world: SignOutWorld) -> Action:
    """Removes what is ours, after one question that lists it.

    The result holds ``removed`` and ``left``, each thing with ``what`` and ``name``, what is left
    also with ``code`` and ``reason``; and ``revoked``, serials.  Raises Cancelled while nothing is
    changed yet, Unreachable (lock) and InvalidFile.
    """
    yield from finish_interrupted(world.files, world.kept.lock)
    leaving = _Leaving(world)
    going = leaving.belongings()
    yield from leaving.tell_what_stays(request)
    revoking = world.keys if request.revoke else None
    if going or revoking:
        if not request.yes:
            yield from agree(
                1, "leave", removal_messages.to_remove(going, revoked=revoking is not None)
            )
        fresh = (yield from leaving.revoke(method, revoking)) if revoking else None
        yield from report_wait(world.kept.lock)
        with world.kept.cancellation.deferred():
            yield from leaving.go(fresh)
            world.status.remember(world.status.snapshot())
    return leaving.summary.result


class _Leaving:
    """The files, the agent and the keychain, and which of what lies there is ours."""

    def __init__(self, world: SignOutWorld) -> None:
        provider = world.keys.sign_in.provider if world.keys else None
        self._world = world
        self._journal = world.kept.journal
        self._files = world.files
        self.summary = Summary()
        self._keychain = KeychainRemoval(world.kept, provider, self.summary)
        self._tunnels = TunnelRemoval(
            world.tunnels, self.summary, lambda one: self.summary.gone(one, "tunnel-closed")
        )

    def belongings(self) -> list[OwnedItem]:
        """What will go, as far as it can be told without asking anybody."""
        snapshot, keys = self._look, self._keys_of_ours()
        going = [*self._tunnels.belongings(), *kept_in_keychain(self._journal.facts())]
        if fold(self._journal.facts()).key_protected and not self._covers_what_stays():
            going.append(OwnedItem("passphrase", KEYCHAIN))
        with suppress(AgentTrouble):
            if entries := self._entries():
                going.append(OwnedItem("agent", str(len(entries))))
        if self._agents.own.lives:
            going.append(self._own_agent)
        going += [OwnedItem("key", str(key.path)) for key in keys]
        if self._is_certificate_alone(keys):
            going.append(OwnedItem("certificate", str(snapshot.certificate_path)))
        if self._files.waiting() is not None:
            going.append(OwnedItem("waiting", str(snapshot.key_path)))
        return going

    def tell_what_stays(self, request: SignOutRequest) -> Iterator[Event]:
        for key in self._foreign_keys():
            path = str(key.path)
            why = Warn("own-key-stays", {"path": path})
            yield from self.summary.keep(OwnedItem("key", path), why)
        if self._covers_what_stays():
            why = Warn("own-passphrase-stays", {"path": KEYCHAIN})
            yield from self.summary.keep(OwnedItem("passphrase", KEYCHAIN), why)
        certificate, site = self._look.certificate, self._world.kept.site.name
        if request.revoke and self._world.keys is None and certificate:
            ends = rfc3339(certificate.valid_before)
            why = Warn("not-revocable", {"site": site, "ended": ends})
            yield from self.summary.keep(OwnedItem("revocation", site), why)

    def revoke(
        self, method: SignInMethod, keys: KeysWorld
    ) -> Generator[Event, Answer, Secret | None]:
        """Revokes each living certificate of this computer; what the sign-in for it is ended with.

        Raises Cancelled.
        """
        fresh = None
        try:
            who = Who(self._look.account, keeps=False)
            signed_in = yield from sign_in(method, keys.sign_in, who)
            tokens, account = signed_in.tokens, signed_in.account or ""
            fresh = tokens.refresh
            for key in keys.service.listed(tokens.access):
                known = fold(self._journal.facts(), account)
                got_here = key.certificate and self._ours.has_certificate(key.certificate)
                if got_here or is_this_computers(key, self._look, known):
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
        """Does all of it; ``fresh`` ends the sign-in that was made for the revocation."""
        account = self._look.account
        yield from self._tunnels.close()
        if fresh:
            yield from self._keychain.end(fresh, account or "")
        yield from self._keychain.empty(account)
        with self._world.kept.lock.held(LOCK_TIMEOUT_S):
            yield from self._leave_agent()
            yield from self._remove_files()
        if not self._covers_what_stays() and not self._keys_of_ours():
            yield from self._keychain.forget_passphrase()

    def _leave_agent(self) -> Iterator[Event]:
        if self._agents.own.lives:
            yield from self.summary.attempt(
                self._own_agent, "own-agent-ended", self._agents.end_own
            )
        agent = self._agents.theirs()
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
        snapshot, keys = self._look, self._keys_of_ours()
        alone = self._is_certificate_alone(keys)
        for key in keys:
            one = OwnedItem("key", str(key.path))
            yield from self.summary.attempt(one, "removed", partial(self._files.remove, key))
        if alone:
            one = OwnedItem("certificate", str(snapshot.certificate_path))
            yield from self.summary.attempt(one, "removed", self._files.remove_certificate)
        one = OwnedItem("waiting", str(snapshot.key_path))
        yield from self.summary.attempt(one, "removed", self._files.remove_waiting)

    def _keys_of_ours(self) -> list[StoredKey]:
        ours = self._ours
        return [key for key in self._files.every() if ours.has_key(key.public_key)]

    def _foreign_keys(self) -> list[StoredKey]:
        ours = self._ours
        return [key for key in self._files.every() if not ours.has_key(key.public_key)]

    def _covers_what_stays(self) -> bool:
        """Whether the passphrase in the keychain may be all that opens a key of the person's."""
        covered = fold(self._journal.facts()).key_protected
        return covered and any(key.encrypted for key in self._foreign_keys())

    def _is_certificate_alone(self, keys: list[StoredKey]) -> bool:
        """Whether ours lies beside a key that is not, or beside none."""
        snapshot = self._look
        in_place = any(key.path == snapshot.key_path for key in keys)
        certificate = snapshot.certificate
        return certificate is not None and not in_place and self._ours.has_certificate(certificate)

    def _entries(self) -> list[bytes]:
        """Of ours in the person's agent.  Raises AgentTrouble."""
        agent = self._agents.theirs()
        if agent.socket is None:
            return []
        ours = self._ours
        return [one.blob for one in agent.identities() if ours.has_entry(one.blob)]

    @property
    def _agents(self) -> Agents:
        return self._world.status.agents

    @property
    def _own_agent(self) -> OwnedItem:
        return OwnedItem("own-agent", str(self._agents.own.socket))

    @property
    def _look(self) -> Snapshot:
        return self._world.status.snapshot()

    @property
    def _ours(self) -> OwnedKeys:
        return OwnedKeys.of(self._journal.facts())
