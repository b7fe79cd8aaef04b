"""QR codes, by what every reader looks for first."""

from alpkey.adapters.signin.qr import rows

URL = "https://auth.cscs.ch/auth/realms/cscs/device?user_code=WDJB-MJHT"
FINDER = ("1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111")
MARGIN = 4


def at(code: tuple[str, ...], top: int, left: int) -> tuple[str, ...]:
    return tuple(row[left : left + 7] for row in code[top : top + 7])


def test_it_is_a_square_with_a_margin_and_three_finders() -> None:
    code = rows(URL)
    size = len(code)
    assert {len(row) for row in code} == {size}
    far = size - MARGIN - 7
    assert [at(code, *place) for place in ((4, 4), (4, far), (far, 4))] == [FINDER] * 3
    assert at(code, far, far) != FINDER
    for edge in (*code[:MARGIN], *code[-MARGIN:]):
        assert "1" not in edge


def test_each_address_has_its_own() -> None:
    assert rows(URL) != rows(URL.lower())
