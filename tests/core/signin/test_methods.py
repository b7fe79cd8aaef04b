"""Which way to sign in comes first."""

from dataclasses import replace

import pytest

from alpkey.core.signin.methods import (
    default_service,
    external_method,
    first_method,
    methods,
    password_retirement,
    service_for,
)
from alpkey.core.site import GATEWAY, SSHSERVICE, SignInMethod, Site
from tests.core.sites import site, site_taking

PASSWORD, BROWSER, DEVICE = SignInMethod.PASSWORD, SignInMethod.BROWSER, SignInMethod.DEVICE
SHIPPED = site()
CLASSIC, NEW = SHIPPED.services
NEVER: frozenset[str] = frozenset()


def taking(*methods: SignInMethod, services: tuple[str, ...] = (SSHSERVICE, GATEWAY)) -> Site:
    chosen = tuple(one for name in services for one in SHIPPED.services if one.kind == name)
    return replace(site_taking(*methods), services=chosen)


@pytest.mark.parametrize(
    ("at", "retired", "there"),
    [
        (SHIPPED, NEVER, (PASSWORD, BROWSER, DEVICE)),
        (SHIPPED, {CLASSIC.name}, (BROWSER, DEVICE)),
        (SHIPPED, {NEW.name}, (PASSWORD,)),
        (SHIPPED, {CLASSIC.name, NEW.name}, ()),
        (taking(*SignInMethod), {CLASSIC.name}, (PASSWORD, BROWSER, DEVICE)),
        (taking(*SignInMethod), {CLASSIC.name, password_retirement(NEW)}, (BROWSER, DEVICE)),
        (taking(DEVICE), {CLASSIC.name}, (DEVICE,)),
        (taking(BROWSER, services=(GATEWAY, SSHSERVICE)), NEVER, (BROWSER, PASSWORD)),
        (replace(SHIPPED, openid=None), NEVER, (PASSWORD,)),
    ],
)
def test_the_ways_there_are(at: Site, retired: set[str], there: tuple[SignInMethod, ...]) -> None:
    assert methods(at, retired) == there


@pytest.mark.parametrize("last", [None, *SignInMethod])
@pytest.mark.parametrize("retired", [NEVER, {CLASSIC.name}, {NEW.name}])
def test_what_was_used_last_comes_first_for_as_long_as_it_can(
    retired: set[str], last: SignInMethod | None
) -> None:
    there = methods(SHIPPED, retired)
    assert first_method(SHIPPED, retired, last) is (last if last in there else there[0])


def test_where_all_is_retired_the_password_is_asked_for_once_its_service_is_back() -> None:
    everything = {CLASSIC.name, NEW.name}
    assert first_method(SHIPPED, everything, BROWSER) is PASSWORD
    assert default_service(SHIPPED, everything, BROWSER) is None


@pytest.mark.parametrize(
    ("at", "retired", "last", "service"),
    [
        (SHIPPED, NEVER, None, CLASSIC),
        (SHIPPED, NEVER, DEVICE, NEW),
        (SHIPPED, {CLASSIC.name}, PASSWORD, NEW),
        (taking(*SignInMethod), {CLASSIC.name}, None, NEW),
    ],
)
def test_the_service_that_the_next_key_comes_from(
    at: Site, retired: set[str], last: SignInMethod | None, service: object
) -> None:
    assert default_service(at, retired, last) is service


def test_passwords_go_to_the_first_service_that_takes_them() -> None:
    assert service_for(PASSWORD, taking(*SignInMethod), NEVER) is CLASSIC
    assert service_for(PASSWORD, taking(*SignInMethod), {CLASSIC.name}) is NEW
    assert service_for(PASSWORD, SHIPPED, {CLASSIC.name}) is None


@pytest.mark.parametrize(
    ("last", "has_display", "method"),
    [
        (None, True, BROWSER),
        (PASSWORD, True, BROWSER),
        (DEVICE, True, DEVICE),
        (BROWSER, False, DEVICE),
        (None, False, DEVICE),
    ],
)
def test_without_a_form(last: SignInMethod | None, has_display: bool, method: SignInMethod) -> None:
    assert external_method(SHIPPED, NEVER, last, has_display=has_display) is method
    assert external_method(taking(PASSWORD), NEVER, last, has_display=has_display) is DEVICE
