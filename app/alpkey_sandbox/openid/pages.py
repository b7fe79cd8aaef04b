# SPDX-License-Identifier: BSD-3-Clause
"""The pages: what a user's browser shows. Plain forms, which work without scripts."""

from __future__ import annotations

from flask import Response, make_response, render_template_string

LAYOUT = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 10vh auto; max-width: 24rem; padding: 0 1rem }
label { display: block; margin-top: 1rem }
input { box-sizing: border-box; font: inherit; padding: .4rem; width: 100% }
button { font: inherit; margin: 1rem .5rem 0 0; padding: .4rem 1rem }
.alert { color: #a40000 }
</style>
</head>
<body>
<h1>{{ title }}</h1>
{% if problem %}<p class="alert" role="alert">{{ problem }}</p>{% endif %}
%BODY%
<p><small>CSCS sandbox: for trying things out on this computer.</small></p>
</body>
</html>
"""

LOGIN = """\
<form method="post" autocomplete="off">
<label>Username <input name="username" value="{{ username }}" autofocus></label>
<label>Password <input name="password" type="password"></label>
<button name="do" value="login">Sign in</button>
<button name="do" value="cancel">Cancel</button>
</form>
<p><a href="{{ institution }}">Sign in with your home institution</a></p>
"""

OTP = """\
<form method="post" autocomplete="off">
<label>One-time code <input name="otp" inputmode="numeric" autofocus></label>
<button name="do" value="otp">Sign in</button>
<button name="do" value="cancel">Cancel</button>
</form>
"""

INSTITUTION = """\
<p>Your home institution knows you by this name, and needs no password here.</p>
<form method="post" autocomplete="off">
<label>Username <input name="username" value="{{ username }}" autofocus></label>
<button name="do" value="institution">Continue</button>
</form>
"""

DEVICE = """\
<p>Type the code that your other device shows.</p>
<form method="get" autocomplete="off">
<label>Code <input name="user_code" autofocus></label>
<button>Continue</button>
</form>
"""

CONSENT = """\
<p>{{ client }} asks to sign in as {{ username }}.
Go on only if it shows you this code: <strong>{{ user_code }}</strong></p>
<form method="post" autocomplete="off">
<input type="hidden" name="user_code" value="{{ user_code }}">
<button name="do" value="allow">Yes</button>
<button name="do" value="deny">No</button>
</form>
"""

MESSAGE = "<p>{{ text }}</p>"


def login(institution: str, username: str = "", problem: str = "") -> Response:
    """Username and password, or the way to the home institution at the path `institution`."""
    return _page(
        LOGIN, "Sign in to CSCS", problem=problem, username=username, institution=institution
    )


def otp(problem: str = "") -> Response:
    """The one-time code."""
    return _page(OTP, "Sign in to CSCS", problem=problem)


def institution(username: str, problem: str = "") -> Response:
    """What stands in for another institution's own sign-in."""
    return _page(
        INSTITUTION, "Sign in at your home institution", problem=problem, username=username
    )


def device(problem: str = "") -> Response:
    """Where a user code is typed."""
    return _page(DEVICE, "Connect a device", problem=problem)


def consent(client: str, username: str, user_code: str) -> Response:
    """Whether a device may sign in."""
    return _page(CONSENT, "Connect a device", client=client, username=username, user_code=user_code)


def message(title: str, text: str, status: int = 200) -> Response:
    """A page with a message and no form."""
    return _page(MESSAGE, title, status, text=text)


def problem(status: int, text: str) -> Response:
    """A page that says what went wrong."""
    return message("We are sorry", text, status)


def _page(body: str, title: str, status: int = 200, **values: str) -> Response:
    page = render_template_string(LAYOUT.replace("%BODY%", body), title=title, **values)
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
