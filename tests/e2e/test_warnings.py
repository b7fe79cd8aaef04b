"""What will stop the next login is known before it does: by the doctor, the journal, the tray."""

import json
import os
import signal
from pathlib import Path

from alpkey.core.runtime_folder import WINDOW
from tests.centre import Home
from tests.e2e.accessible import Screen
from tests.e2e.desk import Desk
from tests.e2e.inside import change_inside
from tests.e2e.tray_item import tray_of
from tests.e2e.waiting import until
from tests.sockets import owner, place_of

TITLE = "Others may read the private key"
MAIN_TITLE = "Alpkey - DEMO"


def findings(home: Home) -> list[tuple[str, bool]]:
    rows = map(json.loads, (home.path / "state/journal.jsonl").read_text().splitlines())
    return [(row["check"], row["found"]) for row in rows if row["fact"] == "finding"]


def test_the_doctor_notes_what_changed_and_quickly_asks_nobody(home: Home) -> None:
    assert home.renew()[0] == 0
    asked = len(home.centre.state()["requests"])
    assert home.json("doctor", "--quick")[0] == 0
    home.key.chmod(0o644)
    for _ in range(2):
        assert home.json("doctor", "--quick")[0] == 13
    assert findings(home) == [("key-open", True)]
    assert home.json("doctor", "--quick", "--fix", "key-open")[0] == 0
    assert findings(home) == [("key-open", True), ("key-open", False)]
    assert len(home.centre.state()["requests"]) == asked


def test_a_journal_that_cannot_be_written_is_no_matter(home: Home) -> None:
    assert home.renew()[0] == 0
    home.key.chmod(0o644)
    home.without_root_power()
    (home.path / "state/journal.jsonl").chmod(0o400)
    code, result = home.json("doctor", "--quick")
    assert (code, result["findings"][0]["id"]) == (13, "key-open")
    assert findings(home) == []


def test_the_tray_looks_by_itself_and_says_it(
    running_desk: Desk, screen: Screen, home_on_desk: Home, tmp_path: Path
) -> None:
    """With the two minutes after its start left out."""
    home = home_on_desk
    soon = "from datetime import timedelta\nfrom alpkey.desktop.tray import background_runner\n"
    change_inside(home, tmp_path, soon + "background_runner.FIRST_AFTER = timedelta(0)\n")
    assert home.renew()[0] == 0
    home.key.chmod(0o644)
    with tray_of(running_desk, home) as item:
        until(lambda: TITLE in item.tooltip(), "the warning in the tooltip")
        assert TITLE in item.labels()
        item.choose(TITLE)
        window = screen.window(MAIN_TITLE)
        until(lambda: "Look again" in window.texts(), "the doctor's page")
        os.kill(owner(place_of(home.environ, WINDOW)), signal.SIGTERM)
        until(lambda: screen.find(MAIN_TITLE) is None, "the end of the windows")
        assert home.json("doctor", "--fix", "key-open")[0] == 0
        until(lambda: TITLE not in item.tooltip(), "the end of the warning")
        assert TITLE not in item.labels()
