"""Every keyword of ssh_config(5) has somebody who decides it, and the blocks and commands agree."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from alpkey import glance
from alpkey.core.paths import find_paths
from alpkey.core.ssh.command_lines import RUNS_A_COMMAND, STAYS_IN_FRONT, UNATTENDED, WATCHED
from alpkey.core.ssh.config_blocks import Identity, hosts_file, keywords
from alpkey.core.ssh.keywords import KEYWORDS, SET_WHERE_NEEDED, STRUCTURE, Decision

MANUAL = Path("/usr/share/man/man5/ssh_config.5.gz")


def decided(decision: Decision) -> set[str]:
    return {keyword for keyword, (by, _) in KEYWORDS.items() if by is decision}


def overridden() -> set[str]:
    words = [*UNATTENDED, *WATCHED, *STAYS_IN_FRONT[1], *RUNS_A_COMMAND[1]]
    return {word.partition("=")[0].lower() for word in words if "=" in word}


@pytest.mark.skipif(not MANUAL.exists(), reason="there is no manual page of ssh_config here")
def test_the_manual_has_no_keyword_that_is_left_undecided() -> None:
    text = gzip.decompress(MANUAL.read_bytes()).decode()
    named = {word.lower() for word in re.findall(r"^\.It Cm (\w+)", text, re.MULTILINE)}
    assert len(named) > 90
    assert named - set(KEYWORDS) - STRUCTURE == set()


def test_what_ssh_prints_is_decided(tmp_path: Path) -> None:
    """Names that ``ssh -G`` prints, whatever the version: more than any one manual has."""
    assert shutil.which("ssh")
    done = subprocess.run(
        ["ssh", "-F", "/dev/null", "-G", "x"], capture_output=True, text=True, check=True
    )
    printed = {line.partition(" ")[0].lower() for line in done.stdout.splitlines()}
    known_otherwise = {"challengeresponseauthentication", "ignoreunknown"}
    assert printed - set(KEYWORDS) - STRUCTURE - known_otherwise == set()


def test_the_blocks_set_what_the_table_says(tmp_path: Path) -> None:
    at = find_paths({"ALPKEY_HOME": str(tmp_path)}, "linux", "/h", 1000)
    key = at.private_key("cscs-key")
    site = glance.site(at)
    written = keywords(
        hosts_file(
            site,
            Identity("alice", key, key, tmp_path / "agent"),
            at,
            shares=True,
            only_ipv4=True,
        )
    )
    assert decided(Decision.SET) <= written
    assert written <= decided(Decision.SET) | SET_WHERE_NEEDED


def test_the_commands_override_what_the_table_says() -> None:
    by_options = {"stdinnull", "requesttty"}  # -n and -T
    by_clearing = {"localforward", "remoteforward", "dynamicforward"}
    table = decided(Decision.OVERRIDDEN) - by_options - by_clearing
    assert {"-n", "-T"} <= set(UNATTENDED)
    assert overridden() - {"controlmaster", "controlpath"} == table


def test_every_decision_has_its_reason() -> None:
    assert all(reason.endswith(".") for _, reason in KEYWORDS.values())
