"""The bundle's first lines: nothing of the loader's is inherited."""

from start import leave_as_found

# What the loader has put there by the time our first line runs.
LOADED = {
    "LD_LIBRARY_PATH": "/usr/lib/alpkey/_internal",
    "_PYI_APPLICATION_HOME_DIR": "/usr/lib/alpkey/_internal",
    "_PYI_ARCHIVE_FILE": "/usr/lib/alpkey/alpkey",
    "_PYI_PARENT_PROCESS_LEVEL": "0",
    "PATH": "/usr/bin",
}


def test_what_the_loader_put_in_goes_out() -> None:
    environ = dict(LOADED)
    leave_as_found(environ)
    assert environ == {"PATH": "/usr/bin"}


def test_the_persons_own_path_comes_back() -> None:
    environ = LOADED | {"LD_LIBRARY_PATH": "/bundle:/opt/lib", "LD_LIBRARY_PATH_ORIG": "/opt/lib"}
    leave_as_found(environ)
    assert environ == {"PATH": "/usr/bin", "LD_LIBRARY_PATH": "/opt/lib"}


def test_an_empty_path_stays_an_empty_path() -> None:
    environ = LOADED | {"LD_LIBRARY_PATH_ORIG": ""}
    leave_as_found(environ)
    assert environ == {"PATH": "/usr/bin", "LD_LIBRARY_PATH": ""}
