"""The terms for registered data, the general template of the data use agreement, and the public register."""

import json

from apps.access_requests.commands import publish_register
from apps.agreements import commands as agreements
from apps.core.actors import CONSOLE
from apps.people.commands.people import accept_terms, publish_terms
from deploy.demo.seed.world import TEXTS, World


def publish(world: World) -> None:
    """Version 1 of both texts; somebody has accepted the terms already. Decisions are public."""
    english, danish = ((TEXTS / f"terms.{language}.txt").read_text(encoding="utf-8") for language in ("en", "da"))
    terms = publish_terms(english, text_da=danish, by=CONSOLE)
    for key in ("applicant2", "member3"):
        accept_terms(terms, by=world.people[key])
    wording = json.loads((TEXTS / "agreement.json").read_text(encoding="utf-8"))
    agreements.publish_template(wording["title"], clauses=wording["clauses"], committee=None, by=CONSOLE)
    publish_register(public=True, by=CONSOLE)
