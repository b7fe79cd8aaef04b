"""What the tray and the windows show, as pure functions of a snapshot and the time.

``now`` carries the zone in which times are shown.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from alpkey.core.keys.certificate import fingerprint
from alpkey.core.keys.certificate_check import limits
from alpkey.core.messages import doctor as doctor_messages
from alpkey.core.messages import reminders as reminder_messages
from alpkey.core.messages import times
from alpkey.core.messages.warnings import warning_text
from alpkey.core.site import Site
from alpkey.core.ssh.aliases import Alias
from alpkey.core.state.quota import Quota
from alpkey.core.state.snapshot import KeyState, Snapshot
from alpkey.desktop.views import tunnels as tunnel_view
from alpkey.desktop.views.icon_state import RING_STEPS, IconShape, IconView
from alpkey.desktop.views.tunnels import TunnelEntry


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """The entry of an account beside the first: its key's state, and what renews it."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class MenuView:
    """The lines of the menu that change; an empty one is not shown.

    ``warning`` is what will stop a login, ``later`` puts a reminder off, ``news`` announces a newer
    version, which ``news_page`` describes.  ``is_new``: nothing is set up, so the first start comes
    first.
    """

    state: str
    quota: str
    warning: str = ""
    later: str = ""
    news: str = ""
    news_page: str = ""
    is_new: bool = False
    accounts: tuple[AccountEntry, ...] = ()


class Connection(NamedTuple):
    """An entry of the menu, and the ssh name it connects to."""

    text: str
    name: str


class TrayView(NamedTuple):
    """All that the tray shows; without connections if the site cannot be read.

    ``renews`` is the name of the account that a click renews, empty for the first.
    """

    icon: IconView
    tooltip: str
    menu: MenuView
    connections: tuple[Connection, ...]
    tunnels: tuple[TunnelEntry, ...] = ()
    tunnels_title: str = tunnel_view.title()
    renews: str = ""


class Notice(NamedTuple):
    """A reminder: its texts, its icon, and the labels of its two buttons.

    ``stays``: it is shown until it is answered, where the server allows that.
    """

    title: str
    body: str
    icon: IconView
    renew: str = reminder_messages.RENEW
    later: str = reminder_messages.LATER
    stays: bool = False


UNREADABLE = MenuView("The settings cannot be used", "Quota unknown")


def icon(snapshot: Snapshot, now: datetime, *, numbered: bool = True) -> IconView:
    """The icon for now; every state differs from every other by its shape.

    A usable key has a number in its ring, or the ring alone; a triangle if the doctor found that
    logins fail nevertheless.  A dot shows that tunnels are open.
    """
    return _icon(snapshot, now, numbered=numbered)._replace(
        dot=tunnel_view.is_any_open(snapshot.tunnels)
    )


def _icon(snapshot: Snapshot, now: datetime, *, numbered: bool) -> IconView:
    state = snapshot.state(now)
    if snapshot.working:
        return IconView(IconShape.WORKING)
    if state is KeyState.MISSING:
        return IconView(IconShape.MISSING)
    if state is KeyState.EXPIRED:
        return IconView(IconShape.EXPIRED)
    if state in (KeyState.BROKEN, KeyState.NOT_YET_VALID) or snapshot.warnings:
        return IconView(IconShape.WARNING)
    eighths = math.ceil(snapshot.fraction_left(now) * RING_STEPS)
    expiring = state is KeyState.EXPIRING
    if not numbered:
        return IconView(IconShape.RING, "", eighths, expiring)
    return IconView(IconShape.NUMBER, _number(snapshot, now, expiring), eighths, expiring)


def _number(snapshot: Snapshot, now: datetime, expiring: bool) -> str:
    """Hours left, ``1h`` once the key expires soon, and minutes in the last hour."""
    left = snapshot.left(now)
    if left is None:
        return "\N{INFINITY}"
    minutes = int(left.total_seconds()) // 60
    if minutes < 60:
        return str(minutes)
    hours = min(minutes // 60, 99)
    return f"{hours}h" if expiring and hours < 10 else str(hours)


def state_line(snapshot: Snapshot, now: datetime) -> str:
    """The key's state in one sentence, with the time left while it is usable."""
    left = snapshot.left(now) if snapshot.state(now).opens_doors else None
    return state(snapshot, now) + (f" - {times.span(left)} left" if left is not None else "")


def state(snapshot: Snapshot, now: datetime) -> str:
    """The key's state in one sentence that stays true as the minutes pass."""
    certificate = snapshot.certificate
    ends = certificate.valid_before if certificate else None
    match snapshot.state(now):
        case KeyState.MISSING:
            return "There is no key yet"
        case KeyState.EXPIRED:
            return f"Key expired {times.day_and_time(ends, now)}" if ends else "Key expired"
        case KeyState.NOT_YET_VALID:
            return "Key not valid yet; check this computer's clock"
        case KeyState.BROKEN:
            return "The key cannot be used"
    return f"Key valid {times.until(ends, now)}"


def warning_line(snapshot: Snapshot, now: datetime) -> str:
    """What will stop a login though the key is valid, from the doctor; empty if nothing will."""
    if not snapshot.warnings or not snapshot.state(now).opens_doors:
        return ""
    from alpkey.core.doctor.diagnosis import find_check  # rarely needed, and the tray stays small

    check = find_check(snapshot.warnings[0])
    first = check.title if check else doctor_messages.SOMETHING_STOPS_LOGINS
    more = len(snapshot.warnings) - 1
    return f"{first} (and {more} more)" if more else first


def quota_line(quota: Quota, now: datetime) -> str:
    """How many keys are left; "at most" where only this computer's keys are known."""
    if quota.remaining is None:
        return "Quota unknown"
    if quota.remaining == 0:
        at = quota.next_slot_at
        return f"No key left; next key at {times.clock_time(at, now)}" if at else "No key left"
    count = times.keys_left(quota.remaining, quota.limit)
    if quota.source == "journal":
        return f"At most {count}"
    return f"{count} (as of {times.clock_time(quota.as_of, now)})" if quota.as_of else count


def own_count(site: Site) -> str:
    """What this computer's own count of keys means, and who has the full list."""
    if site.has_gateway:
        return f"That is what this computer knows. {site.name} lists all of them, for a sign-in."
    return (
        f"{site.name} keeps no list that Alpkey could ask for: keys made on other computers are "
        "not counted."
    )


def own_key(snapshot: Snapshot, now: datetime) -> str:
    """The key of this computer in a line; empty if none is usable."""
    if snapshot.certificate is None or not snapshot.state(now).opens_doors:
        return ""
    ends = times.until(snapshot.certificate.valid_before, now)
    return f"This computer's, {ends}, serial {snapshot.certificate.serial}"


class Destination(NamedTuple):
    """An ssh name, and the host that it leads to."""

    name: str
    where: str


def destinations(site: Site | None, aliases: Iterable[Alias]) -> tuple[Destination, ...]:
    """All that can be connected to: the clusters, the user's own names, and the jump host."""
    if site is None:
        return ()
    hosts = {host.name: host.host_name for host in site.hosts}
    names = {host.name: host.name for host in site.clusters}
    names |= {alias.name: alias.host for alias in aliases if alias.name not in hosts}
    names[site.jump_host] = site.jump_host
    return tuple(Destination(name, hosts.get(host, host)) for name, host in names.items())


def connections(site: Site | None, aliases: Iterable[Alias]) -> tuple[Connection, ...]:
    """The clusters, the user's own names for hosts of the centre, and the jump host."""
    if site is None:
        return ()
    *others, jump = (destination.name for destination in destinations(site, aliases))
    check = Connection(f"Check {jump.capitalize()}", jump)
    return (*(Connection(f"Connect to {name}", name) for name in others), check)


def account_connections(sites: Iterable[Site]) -> tuple[Connection, ...]:
    """The clusters under the names that accounts beside the first have for them."""
    return tuple(
        Connection(f"Connect to {host.name}", host.name) for site in sites for host in site.clusters
    )


def account_entry(name: str, snapshot: Snapshot, now: datetime) -> AccountEntry:
    """The line of an account beside the first."""
    return AccountEntry(f"{name}: {state_line(snapshot, now)}", name)


def menu(snapshot: Snapshot, now: datetime) -> MenuView:
    return MenuView(
        state_line(snapshot, now),
        quota_line(snapshot.quota, now),
        warning=warning_line(snapshot, now),
        news=f"Alpkey {snapshot.newer.version} is there\N{HORIZONTAL ELLIPSIS}"
        if snapshot.newer
        else "",
        news_page=snapshot.newer.page if snapshot.newer else "",
        is_new=not snapshot.is_set_up,
    )


def tooltip(site_name: str, snapshot: Snapshot, now: datetime) -> str:
    """Without minutes: a text that changes every minute costs wake-ups for nothing."""
    certificate = snapshot.certificate
    quota = quota_line(snapshot.quota, now)
    if certificate and snapshot.state(now).opens_doors:
        text = f"{site_name} key {times.until(certificate.valid_before, now)}, {quota.lower()}"
        warning = warning_line(snapshot, now)
        return f"{text}. {warning}" if warning else text
    return f"{site_name}: {state(snapshot, now).lower()}"


def reminder(code: str, site_name: str, snapshot: Snapshot, now: datetime) -> Notice:
    """The reminder with this code, in words that stay true until it is read."""
    end = snapshot.certificate.valid_before if snapshot.certificate else None
    facts = {"site": site_name, "end": times.clock_time(end, now) if end else ""}
    message = reminder_messages.REMINDERS[code]
    return Notice(
        message.title.format(**facts),
        message.body.format(**facts),
        icon(snapshot, now),
        stays=code in reminder_messages.UNTIL_ANSWERED,
    )


def quota_guard(snapshot: Snapshot, now: datetime) -> str:
    """A note to show before a renewal asks for anything; may be empty."""
    match snapshot.quota.remaining:
        case 0:
            return f"{quota_line(snapshot.quota, now)}."
        case 1:
            return warning_text("last-of-the-day", {})
    return ""


def step_left(now: datetime, step_s: int) -> float:
    """How much is left of the time step of a one-time code, 0.0 to 1.0 (RFC 6238, 4)."""
    return 1 - now.timestamp() % step_s / step_s


def mnemonics(labels: Iterable[str]) -> str:
    """The letters that these labels mark for the keyboard."""
    return "".join(label.partition("&")[2][:1].lower() for label in labels)


def with_mnemonics(labels: Sequence[str], taken: str = "") -> list[str]:
    """The labels, each with a letter marked for the keyboard: a unique one if possible.

    Letters that are ``taken`` are not used.
    """
    positions = [_letters(label) for label in labels]
    owners: dict[str, int] = {}

    def give(label: int, tried: set[str]) -> bool:
        """Give this label a letter; a label that had it gets another (Kuhn's matching)."""
        letters = [letter for letter in positions[label] if letter not in tried]
        for letter in sorted(letters, key=owners.__contains__):
            tried.add(letter)
            if letter not in owners or give(owners[letter], tried):
                owners[letter] = label
                return True
        return False

    for label in range(len(labels)):
        give(label, set(taken))
    letters = {owner: letter for letter, owner in owners.items()}
    return [
        _marked(label, positions[number], letters.get(number), taken)
        for number, label in enumerate(labels)
    ]


def _marked(label: str, positions: Mapping[str, int], letter: str | None, taken: str) -> str:
    letter = letter or next((other for other in positions if other not in taken), None)
    if letter is None:
        return label
    at = positions[letter]
    return f"{label[:at]}&{label[at:]}"


def _letters(label: str) -> dict[str, int]:
    """The position of each of its letters; first letters of words come first."""
    starts = [at for at in range(len(label)) if at == 0 or label[at - 1] == " "]
    positions: dict[str, int] = {}
    for at in (*starts, *range(len(label))):
        if label[at].isalnum():
            positions.setdefault(label[at].lower(), at)
    return positions


def good_for_long(snapshot: Snapshot, now: datetime) -> bool:
    """Whether renewing now would be early; a key issued to another account never is."""
    principals = snapshot.certificate.principals if snapshot.certificate else ()
    is_own = snapshot.account is None or snapshot.account in principals
    return is_own and snapshot.state(now) is KeyState.VALID


COPIED_FACTS = ("Serial", "Fingerprint", "File")


def key_rows(snapshot: Snapshot, now: datetime) -> tuple[tuple[str, str], ...]:
    """The key's facts for the main window, as name and value."""
    certificate = snapshot.certificate
    if certificate is None:
        return (("File", str(snapshot.key_path)),)
    protection = {True: "yes", False: "none", None: "unknown"}
    return (
        ("Username", ", ".join(certificate.principals) or "none"),
        ("Valid", times.until(certificate.valid_before, now)),
        *(("Limited", limit) for limit in limits(certificate)),
        ("Serial", str(certificate.serial)),
        ("Fingerprint", fingerprint(certificate.public_key)),
        ("Passphrase", protection[snapshot.encrypted]),
        ("File", str(snapshot.key_path)),
    )
