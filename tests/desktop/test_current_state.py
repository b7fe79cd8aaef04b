"""The current state has the user's site and settings, or the shipped ones and a reason."""

from dataclasses import replace

import pytest

from alpkey import glance
from alpkey.core.paths import Paths, user_paths
from alpkey.desktop import current_state
from tests.core.sites import site
from tests.core.state.test_snapshot import HOUR, NOW, certificate


@pytest.fixture
def at() -> Paths:
    found = user_paths()
    found.config.mkdir(parents=True)
    return found


def test_it_has_the_users_settings(at: Paths) -> None:
    first, *others = [host.name for host in site().clusters]
    at.settings.write_text(f'icon = "ring"\nclusters = {{ {first} = false }}\n')
    seen = current_state.take(at)
    assert seen.site
    assert [host.name for host in seen.site.clusters] == others
    assert (seen.snapshot is not None, seen.settings.icon) == (True, "ring")


def test_settings_that_cannot_be_read_hide_no_cluster(at: Paths) -> None:
    at.settings.write_text("not toml [")
    seen = current_state.take(at)
    assert seen.snapshot is None
    assert str(at.settings) in seen.trouble
    assert seen.site == glance.shipped_site(at)


def test_a_site_that_cannot_be_read_is_none(at: Paths) -> None:
    at.site.write_text("not toml [")
    assert current_state.take(at).site is None


def test_accounts_beside_the_first_have_keys_and_names_of_their_own(at: Paths) -> None:
    at.settings.write_text('username = "alice"\n[accounts.course]\nusername = "course_1"\n')
    seen = current_state.take(at)
    [course] = seen.others
    assert (course.name, course.snapshot.account) == ("course", "course_1")
    assert course.snapshot.key_path.name == "cscs-key-course"
    assert course.site.jump_host == "course-ela"
    assert seen.first_to_end is not None
    assert seen.first_to_end.name == "", "no key is usable, so the first account's matters"
    alone = current_state.take(at, "course")
    assert (alone.snapshot, alone.others) == (course.snapshot, ())


def test_the_key_that_ends_first_is_the_one_to_show(at: Paths) -> None:
    at.settings.write_text('username = "alice"\n[accounts.course]\nusername = "course_1"\n')
    seen = current_state.take(at)
    assert seen.snapshot
    first = replace(seen.snapshot, has_key=True, certificate=certificate(-HOUR, 8 * HOUR))
    for left, shown in ((7 * HOUR, "course"), (9 * HOUR, ""), (None, "")):
        other = replace(seen.others[0].snapshot, has_key=True, certificate=certificate(-HOUR, left))
        course = replace(seen.others[0], snapshot=other)
        state = replace(seen, now=NOW, snapshot=first, others=(course,))
        assert state.first_to_end
        assert state.first_to_end.name == shown
