"""The feed of releases over HTTPS, and the file of what it said last."""

from pathlib import Path

from alpkey.adapters import files
from alpkey.adapters.answers import json_object
from alpkey.adapters.http import AnswerLost, Http, Peer
from alpkey.core.releases import Release, Told, release_in

TIMEOUT_S = 10.0
FILE_MODE = 0o600


class HttpFeed:
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
            raise self._peer.trouble("It does not tell of a release.")
        return release


class ReleaseFile:
    """In our state folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Told | None:
        try:
            return Told.from_bytes(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as wrong:
            raise files.unfit(self._path, wrong) from None

    def write(self, told: Told) -> None:
        with files.as_unfit(self._path):
            files.private_folder(self._path.parent)
        files.replace(self._path, told.to_bytes(), FILE_MODE)
