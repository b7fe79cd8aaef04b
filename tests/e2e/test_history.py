from tests.centre import Home


def test_renewals_and_refusals_are_shown_the_newest_first(home: Home) -> None:
    assert home.json("history") == (0, {"events": []})
    assert home.renew()[0] == 0
    assert home.renew(otp="000000")[0] == 3
    code, result = home.json("history")
    assert code == 0
    refused, issued = result["events"]
    assert (refused["what"], refused["reason"]) == ("refused", "sign-in-refused")
    assert (issued["what"], issued["account"]) == ("issued", home.centre.username)
    assert issued["serial"] == home.json("status")[1]["serial"]
    shown = home.run("history").stdout.splitlines()
    assert len(shown) == 2
    assert issued["serial"] in shown[1]


def test_an_empty_history_says_so(home: Home) -> None:
    assert home.run("history").stdout == "Nothing happened yet.\n"
