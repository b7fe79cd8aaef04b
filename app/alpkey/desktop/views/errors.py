"""The texts of errors and findings, from the objects of the JSON contract."""

from alpkey.core.errors import ErrorObject
from alpkey.core.results.doctor import FindingObject


def text(error: ErrorObject | FindingObject) -> str:
    """What went wrong, and what to do."""
    return f"{error['title']}. {advice(error)}"


def advice(error: ErrorObject | FindingObject) -> str:
    """The same without the title."""
    return f"{error['detail']}\n{error['next_step']}"
