"""The agent: put the key that is on disk into it, take our stale ones out, tell what it holds."""

import itertools
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self

from alpkey.actions.agent.selection import Agents
from alpkey.actions.agent.unlock import open_key, open_unasked
from alpkey.core.agent.contents import AgentContents, certificate_in, plain_key, sort_out
from alpkey.core.agent.ports import Agent, AgentAbsent, Identity
from alpkey.core.errors import AgentTrouble, AlpkeyError, Cancelled, NoKey
from alpkey.core.events import Action, Answer, Event, Result, Step, Warn
from alpkey.core.keychain.ports import Keychain
from alpkey.core.keys.certificate import Certificate, Validity, fingerprint, type_name
from alpkey.core.messages.describe import describe, quoted
from alpkey.core.ports import Clock, IssuedPair, KeyFiles, KeyProtection, Pairs
from alpkey.core.secret import Secret
from alpkey.core.state.journal import Known, fold
from alpkey.core.state.ports import Journal
from alpkey.core.state.snapshot import Snapshot, closed_doors
from alpkey.core.state.status import AgentView, agent_object
from alpkey.core.timestamps import rfc3339


@dataclass(frozen=True, slots=True)
class LoadableKey:
    """A proven pair; ``name`` is the comment under which the agent lists it.

    ``protected``: on disk it lies under a passphrase, so that without an agent logins have to ask.
    """

    private: Secret
    certificate: Certificate
    name: str
    protected: bool

    @classmethod
    def of(cls, private: Secret, certificate: Certificate, snapshot: Snapshot) -> Self:
        """Of the installed pair that was looked at; ``private`` is open, however it lies there."""
        return cls(
            private, certificate, snapshot.key_path.name, protected=snapshot.encrypted is True
        )


def load(agents: Agents, key: LoadableKey, known: Known, clock: Clock) -> AgentTrouble | None:
    """Loads the person's agent; where that is of no use and logins need one, ours.

    What is wrong with theirs is returned then.  Ours ends once theirs has taken the key, or none
    is needed.  Raises AgentTrouble.
    """
    try:
        fill(agents.theirs(), key, known, clock, confirm=agents.confirm)
    except AgentTrouble as error:
        if error.code == "agent-no-certificates" or not key.protected:
            agents.end_own()
            raise
        fill(agents.stand_in(error), key, known, clock, confirm=agents.confirm)
        return error
    agents.end_own()
    return None


def fill(agent: Agent, key: LoadableKey, known: Known, clock: Clock, *, confirm: bool) -> None:
    """Adds plain key and certificate for as long as each is of use; removes our stale ones.

    A key that outlives its certificate stays, and its passphrase need not be typed for the next.
    The new ones go in first, so that at no instant the agent holds nothing of ours.
    Raises AgentTrouble.
    """
    private = key.private.reveal().encode()
    lifetime_s = _seconds_left(key.certificate, clock)
    keep = known.outlives_certificates(fingerprint(key.certificate.public_key))
    agent.add(private, key.name, lifetime_s=None if keep else lifetime_s, confirm=confirm)
    agent.add(
        private, key.name, certificate=key.certificate, lifetime_s=lifetime_s, confirm=confirm
    )
    _tidy(agent, key.certificate, known)


def holds_already(agents: Agents, certificate: Certificate, known: Known) -> bool:
    """Whether the agent that logins use has the plain key, which is enough for them.

    Then what is stale of ours leaves it.
    """
    holds = view(agents, certificate, known).holds_key
    if holds:
        with suppress(AgentTrouble):
            _tidy(agents.used, certificate, known)
    return holds


def _tidy(agent: Agent, certificate: Certificate, known: Known) -> None:
    blobs = [identity.blob for identity in agent.identities()]
    for blob in sort_out(blobs, certificate, known.made_here).stale:
        agent.remove(blob)


@dataclass(frozen=True, slots=True)
class AgentWorld:
    """What the agent commands need of the outside world."""

    snapshot: Callable[[], Snapshot]
    files: KeyFiles
    pairs: Pairs
    protection: KeyProtection
    keychain: Keychain
    journal: Journal
    agents: Agents
    clock: Clock


def load_current(world: AgentWorld) -> Action:
    """Loads the installed pair; its passphrase is asked for where the agent lacks something.

    Raises NoKey, KeyExpired, InvalidFile, AgentTrouble, or SignInRefused where the passphrase is
    wrong and nobody can be asked again.
    """
    snapshot = world.snapshot()
    if snapshot.elsewhere:
        raise AgentTrouble("key-elsewhere", path=str(snapshot.key_path))
    pair = _installed(world, snapshot)
    known = fold(world.journal.facts(), snapshot.account)
    certificate = world.pairs.check(pair.certificate)
    agents = world.agents
    if not snapshot.encrypted:
        agents.theirs().identities()  # one of no use is told of before anything is done
        _load_proven(pair, world, snapshot)
    elif not view(agents, certificate, known).holds_current or agents.theirs_are_back():
        keychain = world.keychain if known.key_protected else None
        numbers = itertools.count(1)
        opened = yield from open_key(pair.private, world.protection, keychain, numbers)
        opened_pair = IssuedPair(opened.private, pair.certificate)
        if trouble := _load_proven(opened_pair, world, snapshot):
            yield from _tell_of_own(trouble)
    return _result(world, certificate, known)


def _result(world: AgentWorld, certificate: Certificate | None, known: Known) -> Result:
    return agent_object(view(world.agents, certificate, known))


def _installed(world: AgentWorld, snapshot: Snapshot) -> IssuedPair:
    if closed := closed_doors(snapshot, world.clock()):
        raise closed
    pair = world.files.pair()
    if pair is None:
        raise NoKey(key_path=str(snapshot.key_path))
    return pair


def _load_proven(pair: IssuedPair, world: AgentWorld, snapshot: Snapshot) -> AgentTrouble | None:
    key = LoadableKey.of(pair.private, world.pairs.prove(pair), snapshot)
    return load(world.agents, key, fold(world.journal.facts(), snapshot.account), world.clock)


def _tell_of_own(trouble: AgentTrouble) -> Iterator[Event]:
    """Of an agent that misbehaves; that there is none is nothing to be told of."""
    if not isinstance(trouble, AgentAbsent):
        yield Warn("own-agent", quoted(trouble))


class Refill(Protocol):
    """:func:`refill` in its world, for actions that have nothing else to do with agents."""

    def __call__(
        self, *, may_ask: bool = False, forwards: bool = False, attended: bool = True
    ) -> Generator[Event, Answer, bool]: ...


def refill(
    world: AgentWorld, *, may_ask: bool = False, forwards: bool = False, attended: bool = True
) -> Generator[Event, Answer, bool]:
    """Puts the installed key back where the agent lost it; whether the agent holds it now.

    For logins the plain key is enough; an agent that is passed on with ``forwards`` needs the
    certificate too.  The passphrase comes from the keychain, which only somebody ``attended`` may
    unlock, or from whoever may be asked.  A failure is only worth a warning.  Raises Cancelled.
    """
    snapshot = world.snapshot()
    known = fold(world.journal.facts(), snapshot.account)
    if closed_doors(snapshot, world.clock()):
        return False
    held = view(world.agents, snapshot.certificate, known)
    if held.holds_current or (held.holds_key and not forwards):
        return True
    if snapshot.elsewhere:
        return held.holds_key
    if not (held.reachable or forwards or snapshot.encrypted):
        return False
    try:
        pair = yield from _opened(world, snapshot, known, may_ask=may_ask, attended=attended)
        trouble = _load_proven(pair, world, snapshot)
    except Cancelled:
        raise
    except AlpkeyError as error:
        said = describe(error)
        if forwards:
            yield Warn("agent-not-forwarded", {"reason": said.title})
        elif error.code == "key-encrypted":
            yield Warn("agent-passphrase")
        else:
            yield Warn("agent-trouble", _reason(error))
        return False
    if trouble:
        yield from _tell_of_own(trouble)
    yield Step("in-agent")
    return True


def load_anew(world: AgentWorld) -> Generator[Event, Answer, None]:
    """The agent holds the installed key as the settings now have it, if it held it before.

    An agent does not tell how it holds a key, so ours leave it first; they come back where nobody
    need be asked for a passphrase.
    """
    snapshot = world.snapshot()
    if snapshot.elsewhere:
        return
    known = fold(world.journal.facts(), snapshot.account)
    agent = world.agents.used
    try:
        blobs = [one.blob for one in agent.identities()]
        ours = sort_out(blobs, snapshot.certificate, known.made_here).ours
        for blob in ours:
            agent.remove(blob)
    except AgentAbsent:
        return
    except AgentTrouble as error:
        yield Warn("agent-trouble", _reason(error))
        return
    if not ours or closed_doors(snapshot, world.clock()):
        return
    try:
        pair = yield from _opened(world, snapshot, known, may_ask=False, attended=True)
        _load_proven(pair, world, snapshot)
    except AlpkeyError as error:
        needs_person = error.code == "key-encrypted"
        yield Warn("confirm-from-next") if needs_person else Warn("agent-trouble", _reason(error))
    else:
        yield Step("in-agent")


def _reason(trouble: AlpkeyError) -> dict[str, str]:
    return {"code": trouble.code, "reason": describe(trouble).detail}


def _opened(
    world: AgentWorld, snapshot: Snapshot, known: Known, *, may_ask: bool, attended: bool
) -> Generator[Event, Answer, IssuedPair]:
    """Raises AgentTrouble (``key-encrypted``) where nobody opens it."""
    pair = _installed(world, snapshot)
    if not snapshot.encrypted:
        return pair
    answers = known.key_protected and (attended or world.keychain.opens_unasked())
    keychain = world.keychain if answers else None
    if may_ask:
        opened = yield from open_key(pair.private, world.protection, keychain, itertools.count(1))
        return IssuedPair(opened.private, pair.certificate)
    if keychain:
        private = yield from open_unasked(pair.private, world.protection, keychain)
        if private:
            return IssuedPair(private, pair.certificate)
    raise AgentTrouble("key-encrypted")


def clean(world: AgentWorld) -> Action:
    """Removes our entries that have run out or belong to a key that is no longer installed.

    Keys of others stay, and with them a key of ours while there is none to take its place.  The
    result names what was ``removed``.  Raises AgentTrouble.
    """
    yield from ()
    snapshot, now = world.snapshot(), world.clock()
    known = fold(world.journal.facts(), snapshot.account)
    agent = world.agents.used
    identities = agent.identities()
    contents = sort_out([one.blob for one in identities], snapshot.certificate, known.made_here)
    spare = contents.stale if snapshot.certificate else ()
    removed = []
    for one in identities:
        if one.blob in spare or (one.blob in contents.ours and _ran_out(one.blob, now)):
            agent.remove(one.blob)
            removed.append(_listed(one, contents, now))
    return {**_result(world, snapshot.certificate, known), "removed": removed}


def list_keys(world: AgentWorld) -> Action:
    """Everything the agent holds, and which of it is ours.  Raises AgentTrouble."""
    yield from ()
    snapshot, now = world.snapshot(), world.clock()
    agent = world.agents.used
    identities = agent.identities()
    known = fold(world.journal.facts(), snapshot.account)
    blobs = [identity.blob for identity in identities]
    contents = sort_out(blobs, snapshot.certificate, known.made_here)
    keys = [_listed(identity, contents, now) for identity in identities]
    return {"socket": agent.socket, "own": agent is world.agents.own, "keys": keys}


def _listed(identity: Identity, contents: AgentContents, now: datetime) -> Result:
    certificate = certificate_in(identity.blob)
    return {
        "type": certificate.type_name if certificate else type_name(identity.blob),
        "fingerprint": fingerprint(plain_key(identity.blob)),
        "comment": identity.comment,
        "ours": identity.blob in contents.ours,
        "stale": identity.blob in contents.stale or _ran_out(identity.blob, now),
        "valid_before": rfc3339(certificate.valid_before) if certificate else None,
    }


def _ran_out(blob: bytes, now: datetime) -> bool:
    certificate = certificate_in(blob)
    return certificate is not None and certificate.validity(now) is Validity.EXPIRED


def load_after_renewal(
    agents: Agents, key: LoadableKey, known: Known, clock: Clock
) -> Iterator[Event]:
    """The same, where a failure is only worth a warning.

    An absent agent is not even that for a key without passphrase, which needs none.
    """
    try:
        stood_in_for = load(agents, key, known, clock)
    except AgentAbsent:
        if key.protected:
            yield Warn("passphrase-without-agent")
    except AgentTrouble as error:
        yield Warn("agent-trouble", _reason(error))
    else:
        if stood_in_for:
            yield from _tell_of_own(stood_in_for)
        yield Step("in-agent")


def view(agents: Agents, certificate: Certificate | None, known: Known) -> AgentView:
    """What the agent that logins use holds of ours; one that cannot be asked holds nothing."""
    agent = agents.used
    own = agent is agents.own
    try:
        blobs = [identity.blob for identity in agent.identities()]
    except AgentTrouble:
        return AgentView(False, agent.socket, own=own)
    contents: AgentContents = sort_out(blobs, certificate, known.made_here)
    return AgentView(
        reachable=True,
        socket=agent.socket,
        own=own,
        holds_key=certificate is not None and certificate.public_key in blobs,
        holds_current=contents.current,
        stale=len(contents.stale),
    )


def _seconds_left(certificate: Certificate, clock: Clock) -> int | None:
    if certificate.valid_before is None:
        return None
    return max(int((certificate.valid_before - clock()).total_seconds()), 1)
