"""notices.py FOLDER: the licence of everything in the bundle, and where its source is."""

import sys
import sysconfig
from importlib.metadata import Distribution, distribution
from pathlib import Path

from contents import HERE, python_packages, system_packages

_HEAD = """\
Alpkey is distributed under the BSD-3-Clause licence; see alpkey.txt in this folder.

The bundle carries the programs and libraries below, each under its own licence.

Qt and Qt for Python (PySide6, shiboken6) {qt} are used under the LGPL-3.0 (LGPL-3.0.txt and
GPL-3.0.txt).  They are shared libraries in PySide6/ and shiboken6/; you may put your own builds in
their place.  They are those of the wheels on PyPI, and not all of them.  On Linux they are changed
in one way: "strip --strip-unneeded" took symbols for debugging out.  Their source, with the notices
of all that Qt itself contains, is at https://download.qt.io/official_releases/ (QtForPython and qt,
version {qt}).

"""


def main(folder: Path) -> None:
    """Writes NOTICES.txt and the texts that it names."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [_HEAD.format(qt=distribution("PySide6-Essentials").version)]
    _copy(HERE.parent / "LICENSE", folder / "alpkey.txt")
    for text in sorted((HERE / "licences").iterdir()):
        _copy(text, folder / text.name)
    _copy(_python_licence(), folder / "python.txt")
    lines.append(f"Python {sys.version.split()[0]}: python.txt\n")
    # The loader in front of the program is PyInstaller's, under the GPL with an exception for it.
    carried = [*python_packages(), distribution("pyinstaller")]
    lines.extend(_describe(package, folder) for package in carried)
    for system in system_packages():
        _copy(system.copyright, folder / f"{system.name}.txt")
        lines.append(f"{system.name} {system.version} (Debian): {system.name}.txt\n")
    (folder / "NOTICES.txt").write_text("".join(lines))


def _describe(package: Distribution, folder: Path) -> str:
    name = package.metadata["Name"]
    licence = package.metadata.get("License-Expression") or package.metadata.get("License") or ""
    lines = [
        f"{name} {package.version}: {licence.splitlines()[0] if licence else 'see its text'}\n"
    ]
    for file in package.files or ():
        if "dist-info" in file.parts[0] and file.stem.upper().startswith(
            ("LICEN", "COPYING", "NOTICE", "AUTHORS")
        ):
            text = f"{name}-{file.name}"
            _copy(Path(str(file.locate())), folder / text)
            lines.append(f"    {text}\n")
    return "".join(lines)


def _python_licence() -> Path:
    stdlib = Path(sysconfig.get_path("stdlib"))
    debian = Path(f"/usr/share/doc/{stdlib.name}-minimal/copyright")
    return next(path for path in (stdlib / "LICENSE.txt", debian) if path.is_file())


def _copy(source: Path, target: Path) -> None:
    target.write_bytes(source.read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
