"""The terms for registered data, and the house's wording of the data use agreement."""

import json

from apps.accounts import commands as accounts
from apps.agreements import commands as agreements
from portal.seeding.world import TEXTS, World


def publish(world: World) -> None:
    """Version 1 of both; somebody has accepted the terms already."""
    english, danish = ((TEXTS / f"terms.{language}.txt").read_text(encoding="utf-8") for language in ("en", "da"))
    terms = accounts.publish_terms(english, text_da=danish, by=None)
    for key in ("applicant2", "member3"):
        accounts.accept_terms(terms, by=world.people[key])
    wording = json.loads((TEXTS / "agreement.json").read_text(encoding="utf-8"))
    agreements.publish_template(wording["title"], clauses=wording["clauses"], committee=None, by=None)
