"""Tests of the project that are attacks themselves, run for the table."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.trust.row import Row

ROOT = Path(__file__).parents[2]
SUITES = {
    "hunt for secrets: command line": (
        "tests/e2e/test_secrets.py",
        "tests/e2e/test_kept_secrets.py",
    ),
    "1,000 renewals cut at random": ("tests/actions/renewal/test_cuts.py",),
    "hostile answers: sign-in by browser": (
        "tests/adapters/signin",
        "tests/contracts/test_identity_provider.py",
        "tests/contracts/test_callback.py",
    ),
    "hostile answers: services": ("tests/adapters/service", "tests/contracts/test_key_service.py"),
    "files that others can change": ("tests/test_trusted_files.py", "tests/test_runtime_folder.py"),
    "hostile text": ("tests/core/test_display_text.py",),
}


def suites(_end: float | None) -> Iterator[Row]:
    """A row for each; these are never sampled."""
    for name, files in SUITES.items():
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder, "report.xml")
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
            done = subprocess.run(
                [*command, f"--junitxml={report}", f"--basetemp={folder}/tests", *files],
                cwd=ROOT,
                env=os.environ,
                capture_output=True,
                text=True,
                check=False,
            )
            cases = list(ET.parse(report).iter("testcase")) if report.exists() else []
        failed = [
            f"{case.get('classname')}::{case.get('name')}"
            for case in cases
            if case.find("failure") is not None or case.find("error") is not None
        ]
        if done.returncode and not failed:
            failed = [done.stdout[-500:] + done.stderr[-500:]]
        yield Row(name, tried=len(cases), points=len(cases), failures=failed)
