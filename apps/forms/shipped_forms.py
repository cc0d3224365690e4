"""The forms that come with the portal, as JSON files: a committee starts from one of them and changes it."""

from functools import cache
from importlib.resources import files

from apps.forms.definition import Definition
from apps.forms.parsing import from_text

SHIPPED = (
    "short", "five-safes", "research-use-statement", "repository-request", "conditional", "ehds-access-application",
    "ehds-data-request",
)  # fmt: skip


def text_of(name: str) -> str:
    """The JSON of one of SHIPPED."""
    return (files("apps.forms") / "shipped" / f"{name}.json").read_text("utf-8")


@cache
def shipped(name: str) -> Definition:
    """One of SHIPPED, read."""
    return from_text(text_of(name))
