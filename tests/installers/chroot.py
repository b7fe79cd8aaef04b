"""A Debian of its own in a folder: nothing in it but what is installed there."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RUN_TIMEOUT_S = 600
USER = "anna"
# Caches and logs that apt and dpkg keep of every package, of ours as of any other.
_NOT_OURS = ("proc", "dev", "tmp", "sys", "var/cache", "var/log", "var/lib/apt", "var/lib/dpkg")
_ENVIRON = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


@dataclass
class Chroot:
    """``before`` is what a command run in it starts with; its mounts go with the command."""

    root: Path
    before: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        # /tmp is the outer one, so that a path of a test is the same inside.
        root = shlex.quote(str(self.root))
        mounts = (
            f"mount --rbind /dev {root}/dev && mount -t proc proc {root}/proc"
            f" && mount --bind /tmp {root}/tmp && exec chroot {root} "
        )
        self.before = ("unshare", "--mount", "sh", "-c", mounts + '"$@"', "chroot")

    def command(self, *arguments: str, user: str | None = None) -> list[str]:
        who = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        return [*self.before, *(who if user else []), *arguments]

    def run(
        self,
        *arguments: str,
        user: str | None = None,
        check: bool = True,
        environ: dict[str, str] | None = None,
        typed: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        home = f"/home/{user}" if user else "/root"
        done = subprocess.run(
            self.command(*arguments, user=user),
            env={**_ENVIRON, "HOME": home, **(environ or {})},
            cwd="/",
            input=typed,
            stdin=None if typed else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )
        if check:
            assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done

    def start(self, *arguments: str, user: str, environ: dict[str, str]) -> subprocess.Popen[bytes]:
        whole = {**_ENVIRON, "HOME": f"/home/{user}", **environ}
        return subprocess.Popen(
            self.command(*arguments, user=user), env=whole, cwd="/", stdin=subprocess.DEVNULL
        )

    def apt_get(self, *arguments: str) -> None:
        noninteractive = {"DEBIAN_FRONTEND": "noninteractive"}
        self.run("apt-get", "-y", "-qq", *arguments, environ=noninteractive)

    def files(self) -> dict[str, Any]:
        """Every file with its mode and size, but for what apt and dpkg note for themselves."""
        found = {}
        for folder, names, files in os.walk(self.root):
            below = Path(folder).relative_to(self.root)
            names[:] = [name for name in names if str(below / name) not in _NOT_OURS]
            for name in (*names, *files):
                state = (Path(folder) / name).lstat()
                is_folder = (Path(folder) / name).is_dir()
                found[str(below / name)] = (state.st_mode, 0 if is_folder else state.st_size)
        return found


def make(root: Path, suite: str, keep: Path) -> Chroot:
    """A minimal Debian, from ``keep`` where one was made before.

    Loaded from where this computer gets its own packages, or from ``ALPKEY_TEST_MIRROR``.
    """
    archive = keep / f"{suite}.tar"
    if not archive.exists():
        mirror = os.environ.get("ALPKEY_TEST_MIRROR") or _own_mirror()
        fresh = root.with_name("fresh")
        _run("debootstrap", "--variant=minbase", suite, str(fresh), mirror)
        keep.mkdir(parents=True, exist_ok=True)
        _run("tar", "-C", str(fresh), "-cf", f"{archive}.new", ".")
        Path(f"{archive}.new").rename(archive)
        shutil.rmtree(fresh)
    root.mkdir()
    _run("tar", "-C", str(root), "-xf", str(archive))
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    made = Chroot(root)
    made.run("useradd", "--create-home", USER)
    return made


def _own_mirror() -> str:
    """The first place that apt gets packages from (apt-get(8), indextargets)."""
    ask = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"]
    done = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
    return done.split()[0]


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr}"


def changes(before: dict[str, Any], after: dict[str, Any]) -> Sequence[str]:
    """What came, went or was changed, for a test to compare with nothing."""
    return sorted(
        f"{'-' if name not in after else '+' if name not in before else '!'} {name}"
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    )
