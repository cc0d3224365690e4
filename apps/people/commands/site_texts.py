"""Publish a text of the portal: the privacy notice or the accessibility statement."""

from django.db import transaction

from apps.audit.record import Kind, record
from apps.core.actors import CONSOLE, Actor
from apps.core.text import typed
from apps.people.models import SiteText
from apps.people.queries import newest_site_text
from apps.people.rules import check_can_set_up, check_site_text


@transaction.atomic
def publish_site_text(kind: str, *, language: str, text: str, by: Actor) -> SiteText:
    """A new version of the text in this language; earlier versions are kept. The same text again changes nothing."""
    check_can_set_up(by, CONSOLE)
    plain = typed(text, field="text").strip()
    check_site_text(kind, language, plain)
    newest = newest_site_text(kind, language)
    if newest is not None and newest.text == plain:
        return newest
    version = newest.version + 1 if newest is not None else 1
    made = SiteText.objects.create(kind=kind, language=language, version=version, text=plain)
    record(Kind.SITE_TEXT_PUBLISHED, actor=by, subject=made, text=kind, language=language, version=version)
    return made
