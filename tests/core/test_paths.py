"""Where everything lies, by environment and platform."""

from pathlib import Path

import pytest

from alpkey.core.paths import APP_ID, Paths, find_paths


def places(platform: str = "linux", **environ: str) -> Paths:
    return find_paths(environ, platform, "/home/alice", 1000)


def test_a_moved_home_holds_everything() -> None:
    at = places(ALPKEY_HOME="/tmp/x", XDG_CONFIG_HOME="/elsewhere")
    assert at.moved
    own = (
        at.settings,
        at.site,
        at.journal,
        at.look_file,
        at.lock,
        at.logs,
        at.ssh,
        at.external_changes,
    )
    outside = (at.machine, *at.policies, at.autostart, at.share)
    for path in (*own, *outside):
        assert path.is_relative_to("/tmp/x")


def test_ssh_is_looked_for_where_ssh_looks() -> None:
    """ssh takes the home from the passwd entry, whatever HOME says."""
    at = places(HOME="/tmp/other")
    assert at.ssh == Path("/home/alice/.ssh")
    assert at.settings == Path("/tmp/other/.config/alpkey/config.toml")


@pytest.mark.parametrize("odd", ["", "relative", "~"])
def test_an_odd_home_is_passed_over(odd: str) -> None:
    assert places(HOME=odd).state == Path("/home/alice/.local/state/alpkey")
    assert places(XDG_STATE_HOME=odd).state == Path("/home/alice/.local/state/alpkey")


def test_macos_has_its_own_folders() -> None:
    at = places("darwin")
    assert at.config == Path("/home/alice/Library/Application Support/Alpkey/config")
    assert at.logs == Path("/home/alice/Library/Logs/Alpkey")


def test_the_machines_own_files_lie_where_only_root_writes() -> None:
    at = places()
    assert at.site_overrides == Path("/etc/alpkey/sites")
    assert at.policies == (Path("/etc/alpkey/policy.toml"),)
    managed = Path("/Library/Managed Preferences")
    names = [path.relative_to(managed) for path in places("darwin").policies]
    assert names == [Path(f"{APP_ID}.plist"), Path("alice") / f"{APP_ID}.plist"]


def test_a_desktop_finds_our_entries_where_it_looks() -> None:
    at = places(XDG_CONFIG_HOME="/c", XDG_DATA_HOME="/d")
    assert (at.autostart, at.share) == (Path("/c/autostart"), Path("/d"))
    assert places().autostart == Path("/home/alice/.config/autostart")
    assert places("darwin").autostart == Path("/home/alice/Library/LaunchAgents")


def test_two_homes_share_no_socket() -> None:
    one, two = (places(ALPKEY_HOME=home, XDG_RUNTIME_DIR="/run/1") for home in ("/1", "/2"))
    assert one.runtime.session != two.runtime.session
