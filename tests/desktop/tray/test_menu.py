"""The menu's entries, and that they stay the same objects."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from alpkey.core.messages import reminders as reminder_messages
from alpkey.core.ssh.aliases import Alias
from alpkey.desktop.tray.menu import TrayMenu
from alpkey.desktop.views.status import AccountEntry, MenuView, connections
from tests.core.sites import site

LATER = reminder_messages.REMIND_ME_LATER
PAGE = "https://a.page/"
CLUSTERS = [host.name for host in site().clusters]
Done = list[tuple[str, ...]]


@pytest.fixture
def done() -> Done:
    return []


class Noting:
    """Deeds that are only noted."""

    def __init__(self, done: Done) -> None:
        self._done = done

    def open(self, window: str, page: str = "") -> None:
        self._done.append(("open", window, page) if page else ("open", window))

    def renew_account(self, name: str) -> None:
        self._done.append(("renew", name))

    def connect_to(self, host: str) -> None:
        self._done.append(("connect", host))

    def put_off(self) -> None:
        self._done.append(("later",))

    def quit(self) -> None:
        self._done.append(("quit",))

    def open_page(self, url: str) -> None:
        self._done.append(("page", url))

    def copy(self, text: str) -> None:
        self._done.append(("copy", text))

    def close_tunnel(self, tunnel_id: str) -> None:
        self._done.append(("close", tunnel_id))

    def refresh(self) -> None:
        self._done.append(("refresh",))


@pytest.fixture
def menu(qtbot: QtBot, done: Done) -> TrayMenu:
    made = TrayMenu(Noting(done))
    qtbot.addWidget(made)
    made.offer(connections(site(), ()))
    made.apply(MenuView("Key valid until 17:42", "3 of 5 keys left"))
    return made


def texts(menu: TrayMenu) -> list[str]:
    return [
        action.text()
        for action in menu.actions()
        if action.isVisible() and not action.isSeparator()
    ]


def test_the_entries_stand_in_their_order(menu: TrayMenu) -> None:
    assert texts(menu) == [
        "Renew key\N{HORIZONTAL ELLIPSIS}",
        "Key valid until 17:42",
        "3 of 5 keys left",
        *(f"Connect to {name}" for name in CLUSTERS),
        "Check Ela",
        "Tunnels",
        "Open Alpkey",
        "Doctor",
        "Settings",
        "Quit",
    ]


def test_each_entry_has_its_action(menu: TrayMenu, done: Done) -> None:
    menu.apply(MenuView("Key valid until 17:42", "3 of 5 keys left", later=LATER, news_page=PAGE))
    for action in menu.actions():
        action.trigger()
    assert done == [
        ("open", "first-start"),
        ("open", "renew"),
        ("open", "main"),
        ("open", "main"),
        ("open", "main", "doctor"),
        ("later",),
        *(("connect", name) for name in CLUSTERS),
        ("connect", site().jump_host),
        ("open", "main"),
        ("open", "main", "doctor"),
        ("open", "main", "settings"),
        ("page", PAGE),
        ("quit",),
    ]


def test_words_change_in_place(menu: TrayMenu) -> None:
    before = menu.actions()
    menu.apply(MenuView("Key expired", "Quota unknown"))
    menu.offer(connections(site(), ()))
    assert menu.actions() == before
    assert texts(menu)[1:3] == ["Key expired", "Quota unknown"]


def test_a_warning_and_later_come_and_go(menu: TrayMenu) -> None:
    view = MenuView("Key expired", "Quota unknown", "Others may read the private key", LATER)
    menu.apply(view)
    assert texts(menu)[3:5] == ["Others may read the private key", "Remind me in 30 minutes"]
    menu.apply(replace(view, warning=""))
    assert texts(menu)[3:5] == ["Remind me in 30 minutes", f"Connect to {CLUSTERS[0]}"]
    menu.apply(replace(view, warning="", later=""))
    assert texts(menu)[3] == f"Connect to {CLUSTERS[0]}"


def test_a_newer_version_is_announced_after_the_settings(menu: TrayMenu) -> None:
    view = MenuView("Key expired", "Quota unknown", news="Alpkey 99.0 is there", news_page=PAGE)
    before = texts(menu)
    menu.apply(view)
    assert texts(menu)[-3:] == ["Settings", "Alpkey 99.0 is there", "Quit"]
    menu.apply(replace(view, news=""))
    assert texts(menu)[-2:] == before[-2:]


def test_while_nothing_is_set_up_that_comes_first(menu: TrayMenu) -> None:
    before = texts(menu)
    menu.apply(MenuView("There is no key yet", "Quota unknown", is_new=True))
    assert texts(menu)[:2] == ["Set up Alpkey\N{HORIZONTAL ELLIPSIS}", before[0]]
    menu.apply(MenuView("Key valid until 17:42", "3 of 5 keys left"))
    assert texts(menu) == before


def test_hosts_follow_the_site(menu: TrayMenu) -> None:
    gone, *left = CLUSTERS
    fewer = replace(site(), hosts=tuple(host for host in site().hosts if host.name != gone))
    menu.offer(connections(fewer, ()))
    menu.offer(connections(None, ()))
    entries = [*(f"Connect to {name}" for name in left), "Check Ela"]
    assert texts(menu)[3 : 3 + len(entries)] == entries


def test_the_users_own_names_follow_the_clusters(menu: TrayMenu, done: Done) -> None:
    """One that is called as the site calls it is there already."""
    own = (Alias("alps", CLUSTERS[0]), Alias(CLUSTERS[0], CLUSTERS[0]))
    menu.offer(connections(site(), own))
    entries = [*(f"Connect to {name}" for name in (*CLUSTERS, "alps")), "Check Ela"]
    assert texts(menu)[3 : 3 + len(entries)] == entries
    next(action for action in menu.actions() if action.text() == "Connect to alps").trigger()
    assert done == [("connect", "alps")]


def test_an_account_beside_the_first_has_a_line_that_renews_it(menu: TrayMenu, done: Done) -> None:
    view = MenuView("Key valid", "4 of 5 keys left")
    count = len(menu.actions())
    menu.apply(replace(view, accounts=(AccountEntry("course: Key valid", "course"),)))
    [entry] = [action for action in menu.actions() if action.text().startswith("course")]
    entry.trigger()
    assert done == [("renew", "course")]
    menu.apply(replace(view, accounts=(AccountEntry("course: Key expired", "course"),)))
    assert entry.text() == "course: Key expired"
    menu.apply(view)
    assert len(menu.actions()) == count


def test_minutes_wait_for_the_menu_to_open(qtbot: QtBot) -> None:
    """Each change of a text is sent to the desktop, which then wakes up."""
    left = iter(("1 h 3 min left", "1 h 2 min left"))

    class Telling(Noting):
        def refresh(self) -> None:
            menu.apply(MenuView(next(left), "3 of 5 keys left"))

    menu = TrayMenu(Telling([]))
    qtbot.addWidget(menu)
    menu.apply(MenuView("1 h 5 min left", "3 of 5 keys left"))
    menu.apply(MenuView("1 h 4 min left", "3 of 5 keys left"))
    assert texts(menu)[1] == "1 h 4 min left", "a desktop that may never ask gets every change"
    menu.aboutToShow.emit()
    assert texts(menu)[1] == "1 h 3 min left"
    menu.apply(MenuView("1 h 2 min left", "3 of 5 keys left"))
    assert texts(menu)[1] == "1 h 3 min left"
    menu.aboutToShow.emit()
    assert texts(menu)[1] == "1 h 2 min left"
    menu.apply(MenuView("Key expired", "3 of 5 keys left"))
    assert texts(menu)[1] == "Key expired"
