"""What stands beside the installers: checksums, the bill of materials, and what validators say."""

import json
import subprocess
from pathlib import Path

from alpkey.core.paths import APP_ID
from tests.installers.conftest import ROOT

DIST = ROOT / "dist"
PAPERS = ROOT / "build/papers"


def test_the_checksums_are_those_of_all_files() -> None:
    done = (DIST / "SHA256SUMS").read_text().splitlines()
    files = {path.name for path in DIST.glob("alpkey[-_]*")}
    assert {line.split()[1] for line in done} == files
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=DIST, check=True)


def test_the_bill_names_python_packages_and_libraries() -> None:
    (path,) = DIST.glob("*.cdx.json")
    bill = json.loads(path.read_text())
    names = {component["name"] for component in bill["components"]}
    assert {"python", "qt", "icu", "openssl", "openssl-in-cryptography"} <= names
    assert {"cryptography", "PySide6_Essentials", "keyring", "libffi8", "libssl3"} <= names
    assert not {"pyinstaller", "Flask", "pytest"} & names
    references = [component["bom-ref"] for component in bill["components"]]
    assert len(references) == len(set(references))


def test_each_notice_has_its_text() -> None:
    folder = PAPERS / "licences"
    for line in (folder / "NOTICES.txt").read_text().splitlines():
        if line.startswith("    "):
            assert (folder / line.strip()).stat().st_size > 0
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in (folder / "LGPL-3.0.txt").read_text()


def test_validators_are_content() -> None:
    run(["desktop-file-validate", PAPERS / f"{APP_ID}.desktop"])
    run(["appstreamcli", "validate", "--no-net", PAPERS / f"{APP_ID}.metainfo.xml"])


def run(command: list[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
