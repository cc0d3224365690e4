"""The shared work in the JSON of a request, and the class that cannot be imported. Pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.access_requests.shared_work import FIELD, MOST


@dataclass(frozen=True)
class Said:
    """`code` is the colleague code of the person on the request; empty stands for the applicant."""

    code: str
    colleague: str
    work: str
    year: int


def read_works(data: Mapping[str, Any], said: Mapping[str, Any], wrong: dict[str, str]) -> list[Said]:
    """The entries beside the request; what is wrong is named by its path. Which values are valid says the command."""
    rows = data.get(FIELD, [])
    if not isinstance(rows, list) or len(rows) > MOST:
        wrong[FIELD] = _("It must be a list of at most %(most)s entries.") % {"most": MOST}
        return []
    listed = data.get("people")
    people = listed if isinstance(listed, list) else []
    codes = {one["id"]: one["code"] for one in people if _is_text(one, "id", "code")}
    found = []
    for number, row in enumerate(rows):
        if not _is_text(row, "party", "colleague", "work") or type(row.get("year")) is not int:
            wrong[f"{FIELD}[{number}]"] = _("It must be an object with “party”, “colleague”, “work” and “year”.")
        else:
            code = "" if row["party"] == said.get("applicant") else codes.get(row["party"])
            found += [Said(code, row["colleague"], row["work"], row["year"])] if code is not None else []
    return found


def class_refused(said: Mapping[str, Any]) -> dict[str, str]:
    """A class is described again with its own places and roster; leaving it out silently would change what is asked."""
    if not said.get("class"):
        return {}
    return {"request.class": _("A request for a class cannot be imported. Create it on “Request access for a class”.")}


def _is_text(row: Any, *names: str) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(name), str) for name in names)
