"""The feed of releases over HTTPS, and the file with its last answer."""

from pathlib import Path

from alpkey import path_checks
from alpkey.adapters.service.http import AnswerLost, Http, Peer
from alpkey.adapters.service.json_responses import json_object
from alpkey.adapters.state import atomic_write
from alpkey.core.updates.releases import LastUpdateCheck, Release, release_in

TIMEOUT_S = 10.0
FILE_MODE = 0o600


class ReleaseFeed:
    """A feed at ``url`` that answers as GitHub does (REST API, "Get the latest release")."""

    def __init__(self, url: str, http: Http) -> None:
        self._url = url
        self._http = http
        self._peer = Peer.at(url)

    def newest(self) -> Release | None:
        try:
            answer = self._http.get(self._url, timeout_s=TIMEOUT_S)
        except AnswerLost:
            raise self._peer.trouble("No answer came from it.") from None
        if answer.status == 404:
            return None  # nothing was ever released
        release = release_in(json_object(answer)) if answer.status == 200 else None
        if release is None:
            raise self._peer.trouble("Its answer names no release.")
        return release


class ReleaseFile:
    """The file in the state folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> LastUpdateCheck | None:
        try:
            return LastUpdateCheck.from_bytes(path_checks.read_regular(self._path))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise atomic_write.unfit(self._path, error) from None

    def write(self, check: LastUpdateCheck) -> None:
        with atomic_write.as_unfit(self._path):
            atomic_write.private_folder(self._path.parent)
        atomic_write.replace(self._path, check.to_bytes(), FILE_MODE)
