"""Checks of the ssh agent that ssh will use."""

from datetime import datetime

from alpkey.core.doctor import buttons
from alpkey.core.doctor.check import Check, Params, when
from alpkey.core.doctor.fixes import Fix
from alpkey.core.doctor.observations import AgentAnswer, AgentObservation, Observations

# A host ends the connection at the sixth key (sshd_config(5), MaxAuthTries).
MAX_AUTH_TRIES = 6


def _unusable(seen: Observations, answer: AgentAnswer) -> Params | None:
    agent = seen.agent
    if agent is None or agent.answer != answer:
        return None
    return {"why": agent.why, "advice": agent.advice}


def _answering(seen: Observations) -> AgentObservation | None:
    return seen.agent if seen.agent and seen.agent.answer == "answers" else None


def _key_missing(seen: Observations, now: datetime) -> Params | None:
    """Only for an unencrypted key, which needs the agent for forwarding alone."""
    agent = _answering(seen)
    if (
        agent is None
        or agent.current
        or seen.snapshot.encrypted is not False
        or seen.snapshot.elsewhere
    ):
        return None
    return when(seen.snapshot.state(now).opens_doors, socket=agent.socket)


def asks_passphrase(seen: Observations) -> bool:
    """Whether a login asks for the key's passphrase, because no agent holds the key."""
    agent = _answering(seen)
    return seen.snapshot.encrypted is True and not (agent and agent.plain)


def _held_nowhere(seen: Observations, _: datetime) -> Params | None:
    """A key in hardware may also be used through PKCS11Provider (ssh_config(5))."""
    agent, snapshot = _answering(seen), seen.snapshot
    libraries = {
        resolved.values.get("pkcs11provider", "none") for resolved in (seen.own or {}).values()
    }
    away = (
        snapshot.elsewhere
        and not snapshot.has_file
        and snapshot.certificate
        and not libraries - {"none"}
    )
    return when(away and seen.agent and not (agent and agent.plain), path=str(snapshot.key_path))


def _replaced(seen: Observations, _: datetime) -> Params | None:
    user_agent = seen.agent.user_agent if seen.agent else None
    if user_agent is None or user_agent.answer == "answers":
        return None
    return {"why": user_agent.why, "advice": user_agent.advice or "Start it again."}


def _works_again(seen: Observations, _: datetime) -> Params | None:
    user_agent = seen.agent.user_agent if seen.agent else None
    if user_agent is None or user_agent.answer != "answers":
        return None
    return {"socket": user_agent.socket}


def _unconfirmable(seen: Observations, _: datetime) -> Params | None:
    return when(seen.settings.confirm_each_use and seen.unconfirmable, why=seen.unconfirmable or "")


def _too_full(seen: Observations, _: datetime) -> Params | None:
    """Harmless where a plain ssh, too, offers only the configured keys."""
    agent = _answering(seen)
    if agent is None or agent.foreign < MAX_AUTH_TRIES:
        return None
    hosts = [resolved.values for resolved in (seen.own or {}).values()]
    limited = hosts and all(values.get("identitiesonly") == "yes" for values in hosts)
    return when(not limited, count=agent.foreign)


def _stale(seen: Observations, _: datetime) -> Params | None:
    agent = _answering(seen)
    return when(agent and agent.stale, count=agent.stale) if agent else None


CHECKS = (
    Check(
        "agent-hangs",
        "error",
        "The ssh agent does not answer",
        "{why} ssh waits for it at every login.",
        "Restart it, or name another one: IdentityAgent in ~/.ssh/config, or SSH_AUTH_SOCK.",
        lambda seen, _: _unusable(seen, "hangs"),
    ),
    Check(
        "agent-refuses",
        "warning",
        "The ssh agent refuses to list its keys",
        "{why}",
        "{advice}",
        lambda seen, _: _unusable(seen, "refuses"),
    ),
    Check(
        "agent-absent",
        "warning",
        "No ssh agent answers",
        "{why} A key without passphrase works without one.",
        "Start one with: eval $(ssh-agent)",
        lambda seen, _: _unusable(seen, "absent"),
        after=("key-elsewhere-away",),
    ),
    Check(
        "own-agent",
        "note",
        "Alpkey's own ssh agent holds the key",
        "Yours cannot be used for it. {why} Logins to the centre ask Alpkey's.",
        "Nothing has to be done. Yours is used again once it works. {advice}",
        _replaced,
    ),
    Check(
        "agent-works-again",
        "note",
        "Your own ssh agent works again",
        "Alpkey's own still holds the key. Yours is {socket}.",
        "Have the key moved there: alpkey doctor --fix agent-works-again",
        _works_again,
        fix=Fix.LOAD_KEY,
    ),
    Check(
        "passphrase-each-time",
        "warning",
        "Every login asks for the key's passphrase",
        "The key is protected, and no agent holds it. Programs that cannot ask will fail.",
        "Load it with: alpkey agent load",
        lambda seen, _: when(asks_passphrase(seen)),
        after=("agent-hangs",),
    ),
    Check(
        "agent-without-key",
        "note",
        "The ssh agent does not hold the key",
        "Logins work without; only 'ssh -A' needs it there. The agent is {socket}.",
        "Load it with: alpkey doctor --fix agent-without-key",
        _key_missing,
        fix=Fix.LOAD_KEY,
    ),
    Check(
        "key-elsewhere-away",
        "error",
        "What holds the key is not there",
        "Of the key only {path}.pub is on this computer, and no ssh agent holds the rest.",
        "Plug in the device that holds it, or load it into the ssh agent where it lives. If it is "
        "lost, remove that file and renew.",
        _held_nowhere,
    ),
    Check(
        "agent-too-full",
        "warning",
        "The ssh agent holds too many keys",
        "It holds {count} other keys, and a host gives up after six. Alpkey's own logins "
        "offer only the right one; a plain ssh may end with 'Too many authentication failures'.",
        "Put Alpkey's line into your ssh configuration, and ssh offers only the right one: "
        "alpkey config apply. Or take out what you do not need: ssh-add -d FILE",
        _too_full,
        button=buttons.SSH_CONFIG,
    ),
    Check(
        "confirm-impossible",
        "warning",
        "There is no way to confirm each use of the key",
        "{why}",
        "Or turn it off: alpkey settings set confirm_each_use off",
        _unconfirmable,
    ),
    Check(
        "agent-stale",
        "warning",
        "The ssh agent holds old keys of Alpkey's",
        "There are {count}; each costs a try at every host.",
        "Take them out with: alpkey doctor --fix agent-stale",
        _stale,
        fix=Fix.REMOVE_OLD_KEYS,
    ),
)
