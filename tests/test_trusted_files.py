"""Files that are read only where no other user may have chosen what is in them."""

import errno
import grp
import os
import pwd
import struct
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from alpkey.trusted_files import DistrustedFile, read_trusted, why_distrusted
from tests.core.sites import FILE

SOMEBODY = 12345
only_root = pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "one/two/file"
    path.parent.mkdir(parents=True)
    path.write_text("content")
    return path


@pytest.fixture
def nobody_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever the groups of this computer hold, none is private."""
    monkeypatch.setattr(grp, "getgrgid", {}.__getitem__)


def is_refused(path: Path, culprit: Path) -> bool:
    """Whether it is not read, with a sentence that names what is wrong and how to fix it."""
    with pytest.raises(DistrustedFile) as raised:
        read_trusted(path)
    assert str(raised.value) == why_distrusted(path)
    return f" {culprit}" in str(raised.value) and str(raised.value).endswith(f" {culprit}")


def test_one_of_ours_is_read(file: Path) -> None:
    assert why_distrusted(file) is None
    assert read_trusted(file) == b"content"


@pytest.mark.parametrize("mode", [0o777, 0o772, 0o727])
@pytest.mark.parametrize("above", [0, 1, 2])
@pytest.mark.usefixtures("nobody_is_known")
def test_file_and_each_folder_are_judged(file: Path, above: int, mode: int) -> None:
    culprit = (file, *file.parents)[above]
    culprit.chmod(mode)
    assert is_refused(file, culprit)
    culprit.chmod(0o755)
    assert read_trusted(file) == b"content"


def test_in_a_sticky_folder_nobody_replaces_what_is_ours(file: Path) -> None:
    file.parent.chmod(0o1777)
    assert read_trusted(file) == b"content"


@only_root
@pytest.mark.parametrize("above", [0, 1, 2])
@pytest.mark.parametrize("sticky", [0, 0o1000])
def test_somebody_elses_are_refused(file: Path, above: int, sticky: int) -> None:
    culprit = (file, *file.parents)[above]
    culprit.chmod(0o755 | sticky)
    os.chown(culprit, SOMEBODY, -1)
    assert is_refused(file, culprit)


@only_root
def test_a_link_of_somebody_elses_leads_nowhere(file: Path) -> None:
    """In a folder where everybody may put one."""
    file.parent.chmod(0o1777)
    link = file.with_name("link")
    link.symlink_to(file)
    assert read_trusted(link) == b"content"
    os.chown(link, SOMEBODY, -1, follow_symlinks=False)
    assert is_refused(link, link)


@pytest.mark.parametrize("relative", [False, True])
def test_the_way_of_a_link_is_judged_too(file: Path, tmp_path: Path, relative: bool) -> None:
    folder = tmp_path / "links/folder"
    folder.parent.mkdir()
    folder.symlink_to("../one/two" if relative else file.parent)
    link = tmp_path / "link"
    link.symlink_to(folder / "file")
    assert read_trusted(link) == b"content"
    for culprit in (folder.parent, file.parent, file):
        culprit.chmod(0o777)
        assert is_refused(link, culprit)
        culprit.chmod(0o755)
    assert read_trusted(link) == b"content"


def test_dots_go_where_the_kernel_goes(file: Path, tmp_path: Path) -> None:
    """Up from where a link leads to, and not from where it stands."""
    link = tmp_path / "link"
    link.symlink_to("one/two")
    (tmp_path / "one/beside").write_text("beside")
    assert read_trusted(link / "../beside") == b"beside"
    (tmp_path / "one").chmod(0o777)
    assert is_refused(link / "../beside", tmp_path / "one")


def test_a_relative_path_is_judged_from_here(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    assert read_trusted(Path("file")) == b"content"
    file.parents[1].chmod(0o777)
    assert is_refused(Path("file"), file.parents[1])


def test_what_is_not_there_is_told_as_ever(file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_trusted(file.with_name("another"))
    loop = file.with_name("loop")
    loop.symlink_to(loop)
    for snapshot in (read_trusted, why_distrusted):
        with pytest.raises(OSError, match="symbolic links"):
            snapshot(loop)


def is_mine_alone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Makes every group one of this user's own; the members of it, for a test to change."""
    me = pwd.getpwuid(os.getuid())
    members = [me.pw_name]
    group = SimpleNamespace(gr_name=me.pw_name, gr_mem=members)
    monkeypatch.setattr(grp, "getgrgid", lambda _: group)
    monkeypatch.setattr(pwd, "getpwall", lambda: [me])
    return members


def test_a_group_of_ours_alone_may_write(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    members = is_mine_alone(monkeypatch)
    file.chmod(0o664)
    file.parent.chmod(0o775)
    assert read_trusted(file) == b"content"
    members.append("somebody")
    assert is_refused(file, file.parent)


@only_root
@pytest.mark.skipif(sys.platform != "linux", reason="bind mounts are Linux's own")
def test_real_groups_decide(file: Path, tmp_path: Path) -> None:
    """With databases of users and groups of its own, in a mount namespace."""
    if subprocess.run(["unshare", "--mount", "true"], check=False).returncode:
        pytest.skip("this system grants no mount namespaces")
    (tmp_path / "passwd").write_text(
        "root:x:0:0::/root:/bin/sh\nbob:x:1001:1001::/:/bin/sh\neve:x:1002:4003::/:/bin/sh\n"
    )
    (tmp_path / "group").write_text(
        "root:x:0:\nmine:x:4001:root\nshared:x:4002:root,bob\nprimary:x:4003:root\nempty:x:4004:\n"
    )
    binds = "; ".join(f"mount --bind {tmp_path}/{name} /etc/{name}" for name in ("passwd", "group"))
    program = (
        "import os, sys, pathlib; from alpkey.trusted_files import why_distrusted\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "for group in (0, 4001, 4002, 4003, 4004, 4005):\n"
        "    os.chown(path, -1, group)\n"
        "    print(group, why_distrusted(path) is None)\n"
    )
    file.chmod(0o660)
    inside = ["unshare", "--mount", "sh", "-ec", f'{binds}; exec "$@"', "sh"]
    done = subprocess.run(
        [*inside, sys.executable, "-P", "-c", program, str(file)],
        env={"PYTHONPATH": str(FILE.parents[2] / "app"), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    believed = [row.split()[0] for row in done.stdout.splitlines() if row.endswith("True")]
    assert believed == ["0", "4001"]


@pytest.mark.skipif(sys.platform != "linux", reason="the lists of POSIX are Linux's here")
def test_an_access_list_may_let_others_in(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The group's part of the mode is then the most that those whom the list names may do."""
    is_mine_alone(monkeypatch)
    file.chmod(0o660)
    assert read_trusted(file) == b"content"
    # Owner, a user by number, group, mask, others (linux/posix_acl_xattr.h).
    none = 2**32 - 1
    rows = [(1, 6, none), (2, 6, SOMEBODY), (4, 6, none), (16, 6, none), (32, 0, none)]
    content = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *row) for row in rows)
    try:
        os.setxattr(file, "system.posix_acl_access", content)
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        pytest.skip("this file system keeps no access lists")
    assert is_refused(file, file)
