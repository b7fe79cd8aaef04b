"""What the tray and the windows show, as pure functions of a look and a moment.

``now`` carries the zone in which times are shown.  Widgets only apply what stands here.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from alpkey.core import words
from alpkey.core.aliases import Alias
from alpkey.core.certificate import fingerprint
from alpkey.core.look import KeyState, Look
from alpkey.core.quota import Quota
from alpkey.core.site import Site
from alpkey.desktop.signs import RING_STEPS, IconView, Ring, Sign


@dataclass(frozen=True, slots=True)
class MenuView:
    """The lines of the menu that change; without a reminder to put off there is no ``later``.

    ``is_new``: nothing is set up, and the first start is what comes first.
    """

    state: str
    quota: str
    later: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """An entry of the menu, and the name for ssh that it connects to."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class TrayView:
    """All that the tray shows; there is nothing to connect to where the site cannot be read."""

    icon: IconView
    tooltip: str
    menu: MenuView
    connections: tuple[Connection, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A reminder: its words, its picture, and the names of its two buttons."""

    title: str
    body: str
    icon: IconView
    renew: str = words.RENEW
    later: str = words.LATER


UNREADABLE = MenuView("The settings cannot be used", "Quota unknown")


def icon(look: Look, now: datetime, *, numbered: bool = True) -> IconView:
    """The icon of this moment; every state differs from every other by its shape.

    A key that opens doors has a number in its ring, or the ring alone.
    """
    eighths = math.ceil(look.fraction_left(now) * RING_STEPS)
    if look.working:
        return IconView(Sign.WORKING, ring=Ring.FULL, eighths=eighths)
    match look.state(now):
        case KeyState.MISSING:
            return IconView(Sign.HOLLOW, ring=Ring.DOTTED, eighths=RING_STEPS)
        case KeyState.EXPIRED:
            return IconView(Sign.CROSSED)
        case KeyState.BROKEN | KeyState.NOT_YET_VALID:
            return IconView(Sign.WARNING, eighths=eighths)
    ring = Ring.DASHED if look.state(now) is KeyState.EXPIRING else Ring.FULL
    if not numbered:
        return IconView(Sign.BARE, ring=ring, eighths=eighths)
    return IconView(Sign.NUMBER, _number(look, now), ring, eighths)


def _number(look: Look, now: datetime) -> str:
    """Hours left, in the last hour minutes."""
    left = look.left(now)
    if left is None:
        return "\N{INFINITY}"
    minutes = int(left.total_seconds()) // 60
    return str(min(minutes // 60, 99) if minutes >= 60 else minutes)


def state_line(look: Look, now: datetime) -> str:
    """The key's state in one sentence, with the time left where it opens doors."""
    left = look.left(now) if look.state(now).opens_doors else None
    return state(look, now) + (f" - {words.span(left)} left" if left is not None else "")


def state(look: Look, now: datetime) -> str:
    """The key's state in one sentence that stays true as the minutes pass."""
    certificate = look.certificate
    ends = certificate.valid_before if certificate else None
    match look.state(now):
        case KeyState.MISSING:
            return "There is no key yet"
        case KeyState.EXPIRED:
            return f"Key expired {words.day_and_time(ends, now)}" if ends else "Key expired"
        case KeyState.NOT_YET_VALID:
            return "Key not valid yet; check this computer's clock"
        case KeyState.BROKEN:
            return "The key cannot be used"
    return f"Key valid {words.until(ends, now)}"


def quota_line(quota: Quota, now: datetime) -> str:
    """How many keys are left, never more certain than we are."""
    if quota.remaining is None:
        return "Quota unknown"
    if quota.remaining == 0:
        at = quota.next_slot_at
        return f"No key left; next key at {words.clock_time(at, now)}" if at else "No key left"
    count = f"{quota.remaining} of {quota.limit} keys left"
    if quota.source == "journal":
        return f"At most {count}"
    return f"{count} (as of {words.clock_time(quota.as_of, now)})" if quota.as_of else count


def connections(site: Site | None, aliases: Iterable[Alias]) -> tuple[Connection, ...]:
    """The clusters, the person's own names for hosts of the centre, and the jump host."""
    if site is None:
        return ()
    own = (alias.name for alias in aliases if site.host(alias.name) is None)
    names = [*(host.name for host in site.clusters), *own]
    jump = Connection(f"Check {site.jump_host.capitalize()}", site.jump_host)
    return (*(Connection(f"Connect to {name}", name) for name in names), jump)


def menu(look: Look, now: datetime) -> MenuView:
    state, quota = state_line(look, now), quota_line(look.quota, now)
    return MenuView(state, quota, is_new=not look.is_set_up)


def tooltip(site_name: str, look: Look, now: datetime) -> str:
    """No minutes in it: a text that changes every minute costs wake-ups while nobody looks."""
    certificate = look.certificate
    quota = quota_line(look.quota, now)
    if certificate and look.state(now).opens_doors:
        return f"{site_name} key {words.until(certificate.valid_before, now)}, {quota.lower()}"
    return f"{site_name}: {state(look, now).lower()}"


def reminder(code: str, site_name: str, look: Look, now: datetime) -> Notice:
    """The reminder of this code in words that stay true while it waits to be read."""
    end = look.certificate.valid_before if look.certificate else None
    facts = {"site": site_name, "end": words.clock_time(end, now) if end else ""}
    said = words.REMINDERS[code]
    return Notice(said.title.format(**facts), said.body.format(**facts), icon(look, now))


def quota_guard(look: Look, now: datetime) -> str:
    """What to say before a renewal asks for anything; empty where nothing is."""
    match look.quota.remaining:
        case 0:
            return f"{quota_line(look.quota, now)}."
        case 1:
            return words.warning("last-of-the-day", {})
    return ""


def step_left(now: datetime, step_s: int) -> float:
    """How much is left of the step that a one-time code lives, 0.0 to 1.0 (RFC 6238, 4)."""
    return 1 - now.timestamp() % step_s / step_s


def mnemonics(labels: Iterable[str]) -> str:
    """The letters that these labels mark for the keyboard."""
    return "".join(label.partition("&")[2][:1].lower() for label in labels)


def with_mnemonics(labels: Sequence[str], taken: str = "") -> list[str]:
    """The labels, each with a letter of its own marked for the keyboard where one is left."""
    places = [_letters(label) for label in labels]
    owners: dict[str, int] = {}

    def give(label: int, tried: set[str]) -> bool:
        """Gives this label a letter; whoever had it gets another (Kuhn's matching)."""
        letters = [letter for letter in places[label] if letter not in tried]
        for letter in sorted(letters, key=owners.__contains__):
            tried.add(letter)
            if letter not in owners or give(owners[letter], tried):
                owners[letter] = label
                return True
        return False

    for label in range(len(labels)):
        give(label, set(taken))
    marked = list(labels)
    for letter, owner in owners.items():
        text, at = labels[owner], places[owner][letter]
        marked[owner] = f"{text[:at]}&{text[at:]}"
    return marked


def _letters(label: str) -> dict[str, int]:
    """Where each of its letters stands, the first ones of words before the others."""
    starts = [at for at in range(len(label)) if at == 0 or label[at - 1] == " "]
    places: dict[str, int] = {}
    for at in (*starts, *range(len(label))):
        if label[at].isalnum():
            places.setdefault(label[at].lower(), at)
    return places


def good_for_long(look: Look, now: datetime) -> bool:
    """Whether renewing now would be early."""
    return look.state(now) is KeyState.VALID


def key_rows(look: Look, now: datetime) -> tuple[tuple[str, str], ...]:
    """The key's facts for the main window, as name and value."""
    certificate = look.certificate
    if certificate is None:
        return (("File", str(look.key_path)),)
    protection = {True: "a passphrase", False: "nothing but the file's mode", None: "unknown"}
    return (
        ("User", ", ".join(certificate.principals) or "nobody"),
        ("Valid", words.until(certificate.valid_before, now)),
        ("Serial", str(certificate.serial)),
        ("Fingerprint", fingerprint(certificate.public_key)),
        ("Protected by", protection[look.encrypted]),
        ("File", str(look.key_path)),
    )
