"""bill.py FILE: the bill of materials of the bundle, in CycloneDX 1.6.

The same for every build of one commit: no random serial number, and the time is the commit's.
"""

import json
import os
import platform
import ssl
import sys
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from contents import python_packages, system_packages

Component = dict[str, Any]


def main(file: Path) -> None:
    """Writes the bill."""
    version = distribution("alpkey").version
    moment = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": moment.isoformat(),
            "component": _component("application", "alpkey", version, f"pkg:pypi/alpkey@{version}"),
        },
        "components": [*_python(), *_inside_wheels(), *_system()],
    }
    file.write_text(json.dumps(bill, indent=1) + "\n")


def _component(kind: str, name: str, version: str, purl: str) -> Component:
    return {"type": kind, "bom-ref": purl, "name": name, "version": version, "purl": purl}


def _python() -> list[Component]:
    python = platform.python_version()
    found = [_component("platform", "python", python, f"pkg:generic/python@{python}")]
    for package in python_packages():
        name = package.metadata["Name"]
        purl = f"pkg:pypi/{name.lower().replace('_', '-')}@{package.version}"
        found.append(_component("library", name, package.version, purl))
    return found


def _inside_wheels() -> list[Component]:
    """Libraries that no package's name shows: Qt with its ICU, and two OpenSSLs."""
    from cryptography.hazmat.backends.openssl import backend
    from PySide6.QtCore import qVersion

    versions = {
        "qt": qVersion(),
        "icu": _icu(),
        "openssl": ssl.OPENSSL_VERSION.split()[1],
        "openssl-in-cryptography": backend.openssl_version_text().split()[1],
    }
    return [
        _component("library", name, version, f"pkg:generic/{name}@{version}")
        for name, version in versions.items()
        if version
    ]


def _icu() -> str:
    import PySide6

    found = sorted(Path(PySide6.__path__[0]).glob("Qt/lib/libicuuc.so.*"))
    return found[0].name.rpartition(".so.")[2] if found else ""


def _system() -> list[Component]:
    return [
        _component("library", each.name, each.version, f"pkg:deb/debian/{each.name}@{each.version}")
        for each in system_packages()
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
