"""The small internet, one for each module."""

from collections.abc import Iterator

import pytest

from tests.netns.centre import RealCentre, real_centre


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealCentre]:
    with real_centre(tmp_path_factory.mktemp("net")) as running:
        yield running
