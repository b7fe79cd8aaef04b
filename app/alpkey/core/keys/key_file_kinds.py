"""What a downloaded file or a pasted text contains, judged by its content and never by its name.

A browser renames what it downloads twice, editors add marks and line ends, and users paste a key
and a certificate together, or a response of the service as it is.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from alpkey.core.keys.certificate import Certificate, InvalidCertificate, read_certificate
from alpkey.core.secret import Secret

_PRIVATE = re.compile(
    r"-----BEGIN (?P<kind>[A-Z ]*PRIVATE KEY)-----(?P<body>.*?)-----END (?P=kind)-----", re.DOTALL
)
_CERTIFICATE = re.compile(
    r"(?P<type>[a-z][a-z0-9-]*-cert-v\d\d@openssh\.com)\s+(?P<rest>[A-Za-z0-9+/=]+(?:\s+[A-Za-z0-9+/=]+(?![^\s\"',]))*)"
)
_QUOTED = re.compile(r"^(?:[ \t]*>)+[ \t]?", re.MULTILINE)  # as mail programs mark an answer
_MOST_PIECES = 500  # of a certificate that was wrapped, at 20 letters a line
_LINE_LENGTH = 70  # of the text in OpenSSH's own files


class Download(NamedTuple):
    """A text that may hold a key or a certificate; ``path`` is None where it was pasted."""

    name: str
    content: Secret
    path: Path | None = None


class FoundKey(NamedTuple):
    """A private key in a download; nothing of it is checked yet."""

    download: Download
    private: Secret


class FoundCertificate(NamedTuple):
    """``line`` is the certificate in the form that ssh reads."""

    download: Download
    line: str
    certificate: Certificate


class UnusableFile(NamedTuple):
    """Neither; ``code`` is that of the error about it, ``reason`` a further sentence."""

    download: Download
    code: str
    reason: str = ""


Find = FoundKey | FoundCertificate | UnusableFile


def decoded(content: bytes) -> str:
    """The text in a file, in any encoding that editors use."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    return content.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def recognise(downloads: Iterable[Download]) -> Iterator[Find]:
    """The keys and certificates in the downloads, in order; an UnusableFile where one has none."""
    for download in downloads:
        text = _QUOTED.sub("", download.content.reveal().replace("\\n", "\n"))
        found = [*_keys(download, text), *_certificates(download, text)]
        yield from found or [UnusableFile(download, _what_it_is(text))]


def _keys(download: Download, text: str) -> Iterator[Find]:
    for match in _PRIVATE.finditer(text):
        yield FoundKey(download, Secret(_tidied(match["kind"], match["body"])))


def _certificates(download: Download, text: str) -> Iterator[Find]:
    for match in _CERTIFICATE.finditer(text):
        yield _certificate(download, match["type"], match["rest"])


def _certificate(download: Download, type_name: str, rest: str) -> Find:
    """The certificate in as many pieces as it takes: a mail program may have wrapped its line.

    A quoted-printable mail also has an equals sign at each break.
    """
    pieces = rest.split()[:_MOST_PIECES]
    reason = ""
    for soft_break in ("", "="):
        text = ""
        for piece in pieces:
            line = f"{type_name} {text}{piece}"
            try:
                return FoundCertificate(download, line, read_certificate(line.encode()))
            except InvalidCertificate as error:
                reason = reason or str(error)
            text += piece.removesuffix(soft_break)
    return UnusableFile(download, "import-damaged", reason)


def _tidied(kind: str, body: str) -> str:
    """The key with line breaks restored, which a paste may lose; headers of old formats stay."""
    has_headers = ":" in body
    lines = [line.strip() for line in body.strip().splitlines()] if has_headers else body.split()
    if len(lines) == 1:
        letters = lines[0]
        lines = [letters[at : at + _LINE_LENGTH] for at in range(0, len(letters), _LINE_LENGTH)]
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])


def _what_it_is(text: str) -> str:
    start = text.lstrip()[:2000]
    if not start:
        return "import-empty"
    if start.startswith("<"):
        return "import-web-page"
    if start.startswith("PuTTY-User-Key-File"):
        return "import-putty"
    if "PRIVATE KEY-----" in start:
        return "import-torn"
    if re.match(r"(ssh|ecdsa|sk)-[a-z0-9@.-]+ ", start) or "BEGIN SSH2 PUBLIC KEY" in start:
        return "import-public-key"
    return "import-unknown"
