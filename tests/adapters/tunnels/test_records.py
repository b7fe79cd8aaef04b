"""A tunnel outlives the runtime folder: logging out of a session cleans that away."""

import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpkey.adapters.tunnels.records import TunnelRecords
from alpkey.core.runtime_folder import runtime_roots
from alpkey.runtime_folder import RuntimeFolder


@pytest.fixture
def session() -> Iterator[Path]:
    """A session's folder, short enough for the names of sockets."""
    with tempfile.TemporaryDirectory(prefix="alpkey-") as folder:
        yield Path(folder)


def test_a_request_on_disk_closes_it(tmp_path: Path, session: Path) -> None:
    roots = runtime_roots(
        {"XDG_RUNTIME_DIR": str(session)}, sys.platform, str(tmp_path / "state"), os.getuid()
    )
    records = TunnelRecords(tmp_path / "tunnels", tmp_path / "last", RuntimeFolder(roots))
    answers: list[bool] = []
    with records.claim("daint-nid006554-6006") as claim:
        for inside in session.iterdir():
            shutil.rmtree(inside)
        assert not claim.is_to_close()
        closing = threading.Thread(target=lambda: answers.append(records.close(claim.id)))
        closing.start()
        while not claim.is_to_close():
            pass
    closing.join(30)
    assert answers == [True]
    assert list((tmp_path / "tunnels").glob("*.close")) == []
    with records.claim("daint-nid006554-6006") as again:
        assert not again.is_to_close()
