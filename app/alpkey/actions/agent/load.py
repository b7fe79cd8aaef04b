"""The ssh agent: load the installed key, remove stale entries of Alpkey's, list what it holds."""

import itertools
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, Self

from alpkey.actions.agent.selection import Agents
from alpkey.actions.agent.unlock import open_key, open_unasked
from alpkey.core.agent.contents import AgentContents, certificate_in, plain_key, sort_out
from alpkey.core.agent.ports import Agent, AgentAbsent, Identity
from alpkey.core.errors import AgentTrouble, AlpkeyError, Cancelled, NoKey
from alpkey.core.events import Action, Answer, Event, Step, Warn
from alpkey.core.keychain.ports import Keychain
from alpkey.core.keys.certificate import Certificate, Validity, fingerprint, type_name
from alpkey.core.keys.ports import ChangePassphrase, IssuedPair, KeyFiles, Pairs
from alpkey.core.messages.describe_error import describe, quoted
from alpkey.core.results.agent import AgentKey, AgentKeysResult, CleanedAgentResult
from alpkey.core.results.status import AgentResult
from alpkey.core.secret import Secret
from alpkey.core.state.journal import Known, fold
from alpkey.core.state.ports import Journal
from alpkey.core.state.snapshot import Snapshot, closed_doors
from alpkey.core.state.status import AgentView, agent_object
from alpkey.core.timestamps import Clock, rfc3339


class LoadableKey(NamedTuple):
    """A verified pair; ``name`` is the comment under which the agent lists it.

    ``protected``: a passphrase protects it on disk, so that ssh asks for that without an agent.
    """

    private: Secret
    certificate: Certificate
    name: str
    protected: bool

    @classmethod
    def of(cls, private: Secret, certificate: Certificate, snapshot: Snapshot) -> Self:
        """The installed pair; ``private`` is without passphrase, whatever protects it on disk."""
        return cls(
            private, certificate, snapshot.key_path.name, protected=snapshot.encrypted is True
        )


def load(agents: Agents, key: LoadableKey, known: Known, clock: Clock) -> AgentTrouble | None:
    """Load the key into the user's agent, or into Alpkey's own if that fails and logins need one.

    Returns why the user's agent failed.  Alpkey's own agent ends once the user's has taken the
    key, or none is needed.  Raises AgentTrouble.
    """
    try:
        fill(agents.user_agent(), key, known, clock, confirm=agents.confirm)
    except AgentTrouble as error:
        if error.code == "agent-no-certificates" or not key.protected:
            agents.end_own()
            raise
        fill(agents.start_own(error), key, known, clock, confirm=agents.confirm)
        return error
    agents.end_own()
    return None


def fill(agent: Agent, key: LoadableKey, known: Known, clock: Clock, *, confirm: bool) -> None:
    """Add plain key and certificate, each with its lifetime; remove Alpkey's stale entries.

    A key that outlives its certificate has none, so that its passphrase need not be typed for the
    next certificate.  New entries are added first: the agent always holds a key of Alpkey's.
    Raises AgentTrouble.
    """
    lifetime_s = _seconds_left(key.certificate, clock)
    keep = known.outlives_certificates(fingerprint(key.certificate.public_key))
    try:
        _add(agent, key, None if keep else lifetime_s, lifetime_s, confirm=confirm)
    except AgentTrouble as error:
        # Nothing is less protected in an agent than on disk without a passphrase, and what has
        # expired leaves it with the next key.
        if error.code != "agent-no-lifetimes" or (key.protected and not keep):
            raise
        _add(agent, key, None, None, confirm=confirm)
    _tidy(agent, key.certificate, known)


def _add(
    agent: Agent,
    key: LoadableKey,
    key_lifetime_s: int | None,
    certificate_lifetime_s: int | None,
    *,
    confirm: bool,
) -> None:
    private = key.private.reveal().encode()
    agent.add(private, key.name, lifetime_s=key_lifetime_s, confirm=confirm)
    agent.add(
        private,
        key.name,
        certificate=key.certificate,
        lifetime_s=certificate_lifetime_s,
        confirm=confirm,
    )


def holds_already(agents: Agents, certificate: Certificate, known: Known) -> bool:
    """Whether the agent that logins use holds the plain key, which is enough for a login.

    If so, Alpkey's stale entries are removed.
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
    change_passphrase: ChangePassphrase
    keychain: Keychain
    journal: Journal
    agents: Agents
    clock: Clock


def load_current(world: AgentWorld) -> Action[AgentResult]:
    """Load the installed pair; the passphrase is asked for if the agent lacks key or certificate.

    Raises NoKey, KeyExpired, InvalidFile, AgentTrouble, or SignInRefused if the passphrase is
    wrong and cannot be asked for again.
    """
    snapshot = world.snapshot()
    if snapshot.elsewhere:
        raise AgentTrouble("key-elsewhere", path=str(snapshot.key_path))
    pair = _installed(world, snapshot)
    known = fold(world.journal.facts(), snapshot.account)
    certificate = world.pairs.check(pair.certificate)
    agents = world.agents
    if not snapshot.encrypted:
        agents.user_agent().identities()  # one that cannot answer fails before anything is done
        _load_proven(pair, world, snapshot)
    elif not view(agents, certificate, known).holds_current or agents.user_agent_works():
        keychain = world.keychain if known.key_protected else None
        numbers = itertools.count(1)
        opened = yield from open_key(pair.private, world.change_passphrase, keychain, numbers)
        opened_pair = IssuedPair(opened.private, pair.certificate)
        if trouble := _load_proven(opened_pair, world, snapshot):
            yield from _report_own_agent(trouble)
    return _result(world, certificate, known)


def _result(world: AgentWorld, certificate: Certificate | None, known: Known) -> AgentResult:
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


def _report_own_agent(trouble: AgentTrouble) -> Iterator[Event]:
    """Warn why Alpkey's own agent is used; that the user has none is no reason to warn."""
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
    """Load the installed key again if the agent lost it; returns whether the agent holds it now.

    The plain key is enough for a login; a forwarded agent (``forwards``) needs the certificate
    too.  The passphrase comes from the keychain, which may have to be unlocked if ``attended``, or
    from the user if ``may_ask``.  A failure is only a warning.  Raises Cancelled.
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
        yield from _report_own_agent(trouble)
    yield Step("in-agent")
    return True


def load_anew(world: AgentWorld) -> Generator[Event, Answer, None]:
    """Load the installed key again as the settings now say, if the agent held it before.

    An agent does not report how it holds a key, so Alpkey's entries are removed first; they are
    added again only if no passphrase has to be asked for.
    """
    snapshot = world.snapshot()
    if snapshot.elsewhere:
        return
    known = fold(world.journal.facts(), snapshot.account)
    agent = world.agents.used
    try:
        blobs = [identity.blob for identity in agent.identities()]
        own = sort_out(blobs, snapshot.certificate, known.made_here).owned
        for blob in own:
            agent.remove(blob)
    except AgentAbsent:
        return
    except AgentTrouble as error:
        yield Warn("agent-trouble", _reason(error))
        return
    if not own or closed_doors(snapshot, world.clock()):
        return
    try:
        pair = yield from _opened(world, snapshot, known, may_ask=False, attended=True)
        _load_proven(pair, world, snapshot)
    except AlpkeyError as error:
        needs_passphrase = error.code == "key-encrypted"
        yield (
            Warn("confirm-from-next") if needs_passphrase else Warn("agent-trouble", _reason(error))
        )
    else:
        yield Step("in-agent")


def _reason(trouble: AlpkeyError) -> dict[str, str]:
    return {"code": trouble.code, "reason": describe(trouble).detail}


def _opened(
    world: AgentWorld, snapshot: Snapshot, known: Known, *, may_ask: bool, attended: bool
) -> Generator[Event, Answer, IssuedPair]:
    """The installed pair without passphrase.  Raises AgentTrouble (``key-encrypted``)."""
    pair = _installed(world, snapshot)
    if not snapshot.encrypted:
        return pair
    answers = known.key_protected and (attended or world.keychain.opens_unasked())
    keychain = world.keychain if answers else None
    if may_ask:
        opened = yield from open_key(
            pair.private, world.change_passphrase, keychain, itertools.count(1)
        )
        return IssuedPair(opened.private, pair.certificate)
    if keychain:
        private = yield from open_unasked(pair.private, world.change_passphrase, keychain)
        if private:
            return IssuedPair(private, pair.certificate)
    raise AgentTrouble("key-encrypted")


def clean(world: AgentWorld) -> Action[CleanedAgentResult]:
    """Remove Alpkey's entries that have expired or belong to a key that is no longer installed.

    Other keys stay, and so does a key of Alpkey's while there is none to replace it.  Raises
    AgentTrouble.
    """
    yield from ()
    snapshot, now = world.snapshot(), world.clock()
    known = fold(world.journal.facts(), snapshot.account)
    agent = world.agents.used
    identities = agent.identities()
    contents = sort_out(
        [identity.blob for identity in identities], snapshot.certificate, known.made_here
    )
    spare = contents.stale if snapshot.certificate else ()
    removed = []
    for identity in identities:
        blob = identity.blob
        if blob in spare or (blob in contents.owned and _has_expired(blob, now)):
            agent.remove(blob)
            removed.append(_agent_key(identity, contents, now))
    return {**_result(world, snapshot.certificate, known), "removed": removed}


def list_keys(world: AgentWorld) -> Action[AgentKeysResult]:
    """Everything the agent holds, and what of it Alpkey put there.  Raises AgentTrouble."""
    yield from ()
    snapshot, now = world.snapshot(), world.clock()
    agent = world.agents.used
    identities = agent.identities()
    known = fold(world.journal.facts(), snapshot.account)
    blobs = [identity.blob for identity in identities]
    contents = sort_out(blobs, snapshot.certificate, known.made_here)
    keys = [_agent_key(identity, contents, now) for identity in identities]
    return {"socket": agent.socket, "own": agent is world.agents.own, "keys": keys}


def _agent_key(identity: Identity, contents: AgentContents, now: datetime) -> AgentKey:
    certificate = certificate_in(identity.blob)
    return {
        "type": certificate.type_name if certificate else type_name(identity.blob),
        "fingerprint": fingerprint(plain_key(identity.blob)),
        "comment": identity.comment,
        "ours": identity.blob in contents.owned,
        "stale": identity.blob in contents.stale or _has_expired(identity.blob, now),
        "valid_before": rfc3339(certificate.valid_before) if certificate else None,
    }


def _has_expired(blob: bytes, now: datetime) -> bool:
    certificate = certificate_in(blob)
    return certificate is not None and certificate.validity(now) is Validity.EXPIRED


def load_after_renewal(
    agents: Agents, key: LoadableKey, known: Known, clock: Clock
) -> Iterator[Event]:
    """Load the key after a renewal: a failure is only a warning.

    A key without passphrase needs no agent, so an absent one is not even that.
    """
    try:
        reason = load(agents, key, known, clock)
    except AgentAbsent:
        if key.protected:
            yield Warn("passphrase-without-agent")
    except AgentTrouble as error:
        yield Warn("agent-trouble", _reason(error))
    else:
        if reason:
            yield from _report_own_agent(reason)
        yield Step("in-agent")


def view(agents: Agents, certificate: Certificate | None, known: Known) -> AgentView:
    """What the agent that logins use holds of Alpkey's; one that does not answer holds nothing."""
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
