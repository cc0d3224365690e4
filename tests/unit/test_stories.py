"""The stories that other tests begin with come true."""

import pytest

from apps.audit.models import Event
from apps.grants.models import AccessGrant
from apps.grants.queries import downloadable_by
from tests import stories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_commands")]


def test_a_whole_course_ends_with_a_link_that_stands_on_a_grant() -> None:
    access = stories.linked()
    assert access.link is not None
    assert access.link.grant == access.grant
    assert AccessGrant.objects.active().get() == access.grant
    assert downloadable_by(access.holder).get() == access.file
    assert access.case.request.state == "active"
    assert access.agreement_setup.agreement.state == "executed"


def test_each_step_leaves_its_state() -> None:
    published_dataset = stories.published_dataset()
    assert stories.draft(published_dataset=published_dataset).request.state == "draft"
    assert stories.submitted(published_dataset=published_dataset).request.state == "submitted"
    assert stories.in_review(published_dataset=published_dataset).request.state == "in_review"
    assert stories.returned(published_dataset=published_dataset).request.state == "returned"
    assert stories.decided(published_dataset=published_dataset).request.state == "decided"
    assert stories.offered(published_dataset=published_dataset).agreement.state == "offered"
    assert stories.signed(published_dataset=published_dataset).agreement.state == "signed"
    assert stories.executed(published_dataset=published_dataset).agreement.state == "executed"


def test_a_story_is_recorded_in_events() -> None:
    stories.linked()
    kinds = list(Event.objects.values_list("kind", flat=True))
    course = [
        "dataset.drafted", "file.uploaded", "file.checked", "version.published", "request.drafted",
        "request.submitted", "request.accepted_for_review", "request.vote_cast", "request.item_decided",
        "request.decided", "agreement.offered", "agreement.signed", "agreement.executed", "grant.issued",
        "request.activated", "link.made",
    ]  # fmt: skip
    firsts = [kinds.index(kind) for kind in course]
    assert firsts == sorted(firsts)
