"""What the access matrix needs of the API for committees: bodies of calls, and a deputy whose days are to come."""

from datetime import timedelta
from typing import Any

from apps.access_requests.queries_conflicts import people_to_judge
from apps.access_requests.rules_conflicts import seen_of
from apps.committees.models import Deputy
from apps.core import clock
from tests import stories

API_FORMS: dict[str, dict[str, Any]] = {
    "api:report_condition": {"note": "The approval is attached."},
    "api:undo_decision": {"why": "A wrong button."},
    "api:change_due_date": {"change": "extended", "reason": "A member is ill."},
    "api:give_verdict": {"round": 1, "says": "met", "reason": "Clear."},
    "api:accept_report": {"answer": "Thank you."},
    "api:send_report_back": {"answer": "Which document?"},
    "api:check_approval": {"verdict": "agree"},
    "api:agree_to_approval_rule": {"run": "00000000-0000-4000-8000-000000000000", "looked": True},
}
WITH_FILE = {"api:documents"}


def api_things(things: Any, setup: stories.CommitteeSetup, undeclared: stories.Case) -> None:
    """The arguments and bodies that only calls of the API have."""
    seen = seen_of(people_to_judge(undeclared.request))
    things.data["api:declare", "undeclared"] = {"conflict": False, "seen": seen}
    slug, now = setup.committee.slug, clock.now()
    later = {"starts_at": now + timedelta(days=200), "ends_at": now + timedelta(days=207)}
    deputy = Deputy.objects.create(
        membership=setup.membership_of(setup.members[1]), person=stories.person(), named_by=setup.chair, **later
    )
    things.kwargs["deputy", "named"] = {"slug": slug, "pk": deputy.pk}
    days = {"first_day": (now + timedelta(days=300)).date().isoformat()}
    days["last_day"] = (now + timedelta(days=301)).date().isoformat()
    things.data["api:name_deputy", "member"] = {"deputy": stories.person().code, **days}
    rule = {"title": "A rule", "datasets": [undeclared.published_dataset.dataset.slug], "kinds": ["health"]}
    home = stories.institution("Matrix University")
    things.data["api:write_approval_rule", "member"] = rule | {"institutions": [home.name]}
