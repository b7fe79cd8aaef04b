"""The doctor's call to the key service, without credentials."""

from collections.abc import Callable
from urllib.parse import urlsplit

from alpkey.adapters.process.background_call import within
from alpkey.adapters.service.http import Http
from alpkey.adapters.service.proxies import proxy_for
from alpkey.core.doctor.observations import ServiceObservation
from alpkey.core.errors import AlpkeyError
from alpkey.core.timestamps import Clock

PROBE_TIMEOUT_S = 3.0


class KeyServiceProbe:
    """Probe the service at ``url``: ``prove`` has it prove its identity through ``http``."""

    def __init__(self, prove: Callable[[], None], http: Http, url: str, clock: Clock) -> None:
        self._prove = prove
        self._http = http
        self._url = url
        self._clock = clock

    def __call__(self) -> ServiceObservation:
        code, why = None, ""
        try:
            within(PROBE_TIMEOUT_S, self._prove)
        except TimeoutError:
            code, why = "too-slow", "It does not answer in time."
        except AlpkeyError as error:
            code, why = error.code, str(error.params.get("reason") or "")
        served = self._http.last_date
        return ServiceObservation(
            host=urlsplit(self._url).hostname or self._url,
            code=code,
            why=why,
            status=self._http.last_status,
            clock_ahead=self._clock() - served if served else None,
            proxy=self._proxy(),
        )

    def _proxy(self) -> str | None:
        proxy = proxy_for(self._url)
        return proxy.host if proxy else None
