"""What pages of a request ask the database: the same with few rows and with many, and not more than their bound.

Counted without the statements that begin and end a transaction. Issue 11, Speed.
"""

from collections.abc import Callable, Mapping

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.access_requests import commands as requests
from apps.access_requests.models import Student
from apps.core import clock
from tests import stories
from tests.unit.access_requests.test_cohorts import approved, classmates
from tests.unit.access_requests.test_form_answers import FORM, asked
from tests.unit.access_requests.test_outside_reviewers import declared

pytestmark = pytest.mark.django_db
OWN = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SET ")
Pages = Mapping[str, tuple[Callable[[], object], int]]  # what opens it, and its bound


def statements(ask: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        answer = ask()
    assert getattr(answer, "status_code", 0) == 200, answer
    return [one["sql"] for one in seen if one["sql"] and not one["sql"].startswith(OWN)]


def check(pages: Pages, more: Callable[[], object]) -> None:
    """Each page within its bound, and after `more` rows not dearer."""
    found = {}
    for name, (ask, _most) in pages.items():
        ask()
        found[name] = len(statements(ask))
    more()
    for name, (ask, most) in pages.items():
        again = len(statements(ask))
        print(f"{name}: {found[name]}, with more rows {again}, at most {most}")  # pytest -s
        found[name] = again - found[name] if again <= most else again
    assert not {name: n for name, n in found.items() if n > 0}


def page(client: Client, name: str, *args: object) -> Callable[[], object]:
    return lambda: client.get(reverse(name, args=args))


def test_a_class_of_500_costs_what_a_class_of_one_does() -> None:
    one = classmates(1)[0]
    case, cohort, agreement = approved(one)
    pk, chair = case.request.pk, case.committee_setup.chair
    teacher, owner = stories.client_for(case.applicant), stories.client_for(case.published_dataset.owner)
    member, student = stories.client_for(chair), stories.client_for(one)
    stories.declare(case.request, chair)
    program = Client(headers={"Authorization": f"Bearer {stories.token(case.applicant, 'read')}"})
    pages: Pages = {
        "class": (page(teacher, "request_class", pk), 14),
        "request": (page(teacher, "request_page", pk), 22),
        "agreement, supervisor": (page(teacher, "agreement_page", agreement.pk), 24),
        "agreement, owner": (page(owner, "agreement_page", agreement.pk), 24),
        "case": (page(member, "case", pk), 35),
        "students, member": (page(member, "case_class", pk), 14),
        "place, student": (page(student, "class_place", cohort.pk), 14),
        "home, student": (page(student, "home"), 16),
        "home, supervisor": (page(teacher, "home"), 16),
        "API, requests": (lambda: program.get("/api/v1/requests"), 12),
    }

    def more() -> None:
        cohort.places = 500
        cohort.save(update_fields=["places"])
        now = clock.now()
        Student.objects.bulk_create(
            Student(cohort=cohort, name=f"Student {n}", email=f"s{n}@uni.example", invited_at=now) for n in range(499)
        )

    check(pages, more)


def test_pages_of_a_committee_cost_the_same_with_more_cases() -> None:
    setup = stories.committee_setup()
    dataset = stories.published_dataset(committee_setup=setup)
    case = stories.in_review(published_dataset=dataset)
    reviewer = declared(case).person
    member, outside = stories.client_for(setup.chair), stories.client_for(reviewer)
    requests.save_view(name="One", query="tab=to-vote", is_default=False, by=setup.chair)
    pages: Pages = {
        "workload": (page(member, "committee_workload", setup.committee.slug), 12),
        "views": (page(member, "saved_views"), 8),
        "my outside reviews": (page(outside, "outside_reviews"), 12),
        "case, outside": (page(outside, "case", case.request.pk), 35),
        "home, member": (page(member, "home"), 16),
        "home, outside": (page(outside, "home"), 16),
    }

    def more() -> None:
        for n in range(2):
            other = stories.in_review(published_dataset=dataset)
            requests.assign(
                other.request, committee=setup.committee, members=[setup.membership_of(setup.chair)], by=setup.chair
            )
            declared(other)
            requests.save_view(name=f"View {n}", query="tab=decided", is_default=False, by=setup.chair)
        requests.invite_outside_reviewer(
            other.request, committee=setup.committee, person=reviewer, reason="An expert.",
            last_day=clock.today(), by=setup.chair,
        )  # fmt: skip

    check(pages, more)


def test_a_draft_costs_the_same_with_more_people_and_documents() -> None:
    draft = asked(FORM)[0]
    client = stories.client_for(draft.applicant)
    pages: Pages = {
        "form": (page(client, "request_edit", draft.pk), 24),
        "check": (page(client, "request_check", draft.pk), 24),
        "request": (page(client, "request_page", draft.pk), 20),
    }

    def more() -> None:
        requests.change(draft, by=draft.applicant, members=stories.people(3))
        for _n in range(3):
            stories.document(draft, by=draft.applicant)

    check(pages, more)
