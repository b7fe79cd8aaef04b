"""Arguments read as ssh reads them."""

import pytest

from alpkey.core.ssh.caller import read_arguments


@pytest.mark.parametrize(
    ("arguments", "host", "words"),
    [
        ("daint", "daint", "daint"),
        ("alice@daint hostname -G", "daint", "alice@daint"),
        ("-v -l alice -p22 daint -o BatchMode=yes ls", "daint", None),
        ("ssh://alice@daint:22 ls", "daint", "ssh://alice@daint:22"),
        ("-W [daint]:22 -F /x y ela", "y", "-W [daint]:22 -F /x y"),
        ("-- daint -G", "daint", None),
        ("-Nf -L 1:h:2 daint", "daint", None),
        ("", None, ""),
    ],
)
def test_host_and_words(arguments: str, host: str | None, words: str | None) -> None:
    call = read_arguments(arguments.split())
    assert call.host == host
    if words is not None:
        assert call.words == tuple(words.split())


@pytest.mark.parametrize(
    ("arguments", "only_asks"),
    [
        ("-G daint", True),
        ("-vG daint", True),
        ("daint -G", True),
        ("daint grep -G x", False),
        ("-oGSSAPIAuthentication=no daint", False),
        ("-i G daint", False),
        ("-iG daint", False),
    ],
)
def test_only_asking(arguments: str, only_asks: bool) -> None:
    assert read_arguments(arguments.split()).only_asks is only_asks


@pytest.mark.parametrize(
    ("arguments", "is_batch"),
    [
        (["-oBatchMode=yes", "daint"], True),
        (["-o", "batchmode yes", "daint"], True),
        (["daint", "-o", "BatchMode = yes"], True),
        (["-oBatchMode=no", "daint"], False),
        (["daint", "echo", "-oBatchMode=yes"], False),
        (["daint"], False),
    ],
)
def test_batch_mode(arguments: list[str], is_batch: bool) -> None:
    assert read_arguments(arguments).is_batch is is_batch
