"""Inviting people on pages: the applicant's list, the link in the e-mail, the invitation on Home."""

import re
import uuid
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client

from apps.access_requests import commands
from apps.access_requests.models import Invitation
from apps.core.actors import SYSTEM
from apps.notifications.commands_invitations import post_invitations
from apps.notifications.models import Notification
from apps.people.models import Person
from portal.logs import without_secrets
from tests import stories
from tests.integration.web.test_requests import typed

pytestmark = pytest.mark.django_db


def sent(act: str, **more: str) -> dict[str, str]:
    return {"act": act, "_once": str(uuid.uuid4()), **more}


def posted() -> tuple[str, str]:
    """The path of the link in the newest e-mail, and its token."""
    assert post_invitations(by=SYSTEM) == 1
    found = re.search(r"(/i/([\w-]{43})/)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1], found[2]


def test_an_address_is_invited_its_link_confirms_once_and_no_log_has_the_token() -> None:
    known = stories.person(email="anna@ki.example")
    case = stories.draft()
    applicant, page = stories.client_for(case.applicant), f"/requests/{case.request.pk}/people/"
    assert applicant.post(page, {"invite": "Anna@KI.example", **sent("")}).status_code == 302
    path, token = posted()
    row = Invitation.objects.get()
    assert token not in str(vars(row)) and len(row.token_hash) == 64
    assert token not in without_secrets(f"GET {path} 200") and token not in without_secrets(f"GET /da{path}")
    assert case.request.title not in str(mail.outbox[-1].body)
    visitor = Client().get(path)
    shown = visitor.content.decode()
    assert visitor.status_code == 200 and case.published_dataset.dataset.title in shown
    assert case.request.title not in shown and token not in visitor.context["sign_in_url"]
    assert known.name not in shown
    client = stories.client_for(known)
    assert f"/invitations/{row.pk}/" in client.get("/").content.decode()
    assert case.request.title in client.get(f"/invitations/{row.pk}/").content.decode()
    assert client.post(path, sent("confirm")).status_code == 302
    assert [one.person for one in case.request.memberships.all()] == [known]
    for again in (Client().get(path), client.post(path, sent("confirm")), client.get(f"/invitations/{row.pk}/")):
        assert again.status_code == 404
    assert f"/invitations/{row.pk}/" not in client.get("/").content.decode()
    stories.drain()
    assert Notification.objects.filter(reader=case.applicant, kind="request.invitation_confirmed").exists()


def test_another_account_asks_and_the_applicant_accepts_the_one_that_the_page_showed() -> None:
    case, mine, other = stories.draft(), stories.person(), stories.person()
    (row,) = commands.invite(case.request, entries=["anna@ki.example"], by=case.applicant)
    path, _token = posted()
    client = stories.client_for(mine)
    assert case.request.title not in client.get(path).content.decode()
    assert client.post(path, sent("confirm")).status_code == 403
    assert client.post(path, sent("claim")).status_code == 302
    applicant, act = stories.client_for(case.applicant), f"/requests/{case.request.pk}/people/{row.pk}/"
    assert mine.code in applicant.get(f"/requests/{case.request.pk}/people/").content.decode()
    assert applicant.post(act, sent("accept", person=other.code)).status_code == 409
    assert applicant.post(act, sent("accept")).status_code == 422
    assert applicant.post(act, sent("")).status_code == 422
    assert applicant.post(act, sent("resend")).status_code == 409
    assert applicant.post(act, sent("accept", person=mine.code)).status_code == 302
    assert [one.person for one in case.request.memberships.all()] == [mine]


def test_who_has_no_account_declines_and_an_expired_link_says_whom_to_ask() -> None:
    case = stories.draft()
    rows = commands.invite(case.request, entries=["anna@ki.example", "bo@ki.example"], by=case.applicant)
    assert post_invitations(by=SYSTEM) == 2
    path = paths()[0]
    assert Client().post(path, sent("decline")).status_code == 302
    assert sorted(one.outcome for one in Invitation.objects.all()) == ["", "declined"]
    left = Invitation.objects.get(outcome="")
    Invitation.objects.filter(pk=left.pk).update(expires_at=left.invited_at)
    address = next(path for path in paths() if Client().get(path).status_code == 410)
    assert case.applicant.name in Client().get(address).content.decode()
    assert len(rows) == 2


def paths() -> list[str]:
    return [found[0] for one in mail.outbox if (found := re.search(r"/i/[\w-]{43}/", str(one.body)))]


def test_wrong_entries_are_named_at_their_field_and_nobody_is_invited() -> None:
    case = stories.draft()
    client, page = stories.client_for(case.applicant), f"/requests/{case.request.pk}/people/"
    for wrong in ("", "0000-0002-1825-0098", "m\u0430ria@ki.example", case.applicant.email):
        answer = client.post(page, {"invite": f"{wrong}", **sent("")})
        assert answer.status_code == 422 and "invite" in answer.context["form"].errors
    assert not Invitation.objects.exists()


def test_an_address_that_the_mail_server_refuses_is_said_and_others_are_sent(monkeypatch: Any) -> None:
    case = stories.draft()
    commands.invite(case.request, entries=["gone@ki.example", "busy@ki.example", "bo@ki.example"], by=case.applicant)
    real = EmailBackend.send_messages

    def send(self: Any, messages: Any) -> int:
        code = {"gone@ki.example": 550, "busy@ki.example": 450}.get(messages[0].to[0])
        if code:
            raise SMTPRecipientsRefused({messages[0].to[0]: (code, b"no")})
        return int(real(self, messages))

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    assert post_invitations(by=SYSTEM) == 1
    by = {one.email.partition("@")[0]: one for one in Invitation.objects.all()}
    assert by["gone"].undelivered_at and not by["gone"].mail_due_at
    assert not by["busy"].undelivered_at and by["busy"].mail_due_at
    assert by["bo"].sent_at
    stories.drain()
    assert Notification.objects.filter(reader=case.applicant, kind="request.invitation_undelivered").exists()


def test_an_orcid_is_notified_in_the_portal_and_the_committee_reads_who_is_invited() -> None:
    orcid = "0000-0002-1825-0097"
    known = stories.person()
    Person.objects.filter(pk=known.pk).update(orcid=orcid)
    case = stories.draft()
    (row,) = commands.invite(case.request, entries=[orcid], by=case.applicant)
    stories.drain()
    assert Notification.objects.get(reader=known).path == f"/invitations/{row.pk}/"
    stories.submitted(case, declared=False)
    chair, page = stories.client_for(case.committee_setup.chair), f"/review/{case.request.pk}/"
    assert orcid in chair.get(page).content.decode()  # the question about conflicts
    stories.declare(case.request, case.committee_setup.chair)
    assert orcid in chair.get(page).content.decode()
    stories.client_for(known).post(f"/invitations/{row.pk}/", sent("confirm"))
    stories.drain()
    readers = Notification.objects.filter(kind="request.invitation_confirmed").values_list("reader", flat=True)
    assert {case.applicant.pk, case.committee_setup.chair.pk} <= set(readers)
    assert orcid not in chair.get(page).content.decode()


def test_an_address_typed_in_the_box_for_colleagues_is_carried_to_the_page_that_invites() -> None:
    case, colleague = stories.draft(), stories.person()
    client, url = stories.client_for(case.applicant), f"/requests/{case.request.pk}/edit/?section=people"
    people = f"/requests/{case.request.pk}/people/?section=people"
    both = f"{colleague.code}\nkaren@ki.example"
    plain = client.post(url, typed(case, members=both))
    assert plain.status_code == 422 and list(plain.context["form"].errors) == ["members"]
    mixed = client.post(url, typed(case, members=f"{both}\nP-0000-0000", people="1"))
    assert mixed.status_code == 422 and mixed.context["form"]["members"].value().count("\n") == 2
    assert "karen" not in str(mixed.context["form"].errors["members"])
    answer = client.post(url, typed(case, members=both, people="1"))
    assert (answer.status_code, answer["Location"]) == (302, people)
    assert [one.person for one in case.request.memberships.all()] == [colleague]
    page = client.get(people)
    assert page.context["form"]["invite"].value() == "karen@ki.example"
    assert page.context["back"].endswith("?section=people")
    assert client.post(people, {"invite": "karen@ki.example", **sent("")})["Location"] == people
    assert not client.get(people).context["form"]["invite"].value()
    assert [one.email for one in Invitation.objects.all()] == ["karen@ki.example"]


def test_who_has_not_confirmed_is_listed_before_submission_and_the_invitation_ends_with_the_decision() -> None:
    case = stories.draft()
    (row,) = commands.invite(case.request, entries=["karen@ki.example"], by=case.applicant)
    path, _token = posted()
    client, page = stories.client_for(case.applicant), f"/requests/{case.request.pk}/"
    check = client.get(f"{page}check/").context
    assert [one["entry"] for one in check["invited"]] == [row.email]
    people = next(part for part in check["sections"] if part["section"].key == "people")
    assert row.email in people["rows"][0]["lines"][-1]
    waiting = client.get(page).context["invited"]
    assert [one["entry"] for one in waiting] == [row.email]
    assert not Client().get(path).context["over"] and client.get(f"{page}people/").context["invited"][0]["open"]
    stories.decided(stories.in_review(stories.submitted(case)))
    ended = client.get(page).context["invited"]
    assert ended[0]["entry"] == row.email and ended[0]["state"] != waiting[0]["state"]
    listed = client.get(f"{page}people/").context
    assert listed["over"] and not listed["invited"][0]["open"] and listed["invited"][0]["until"] is None
    link = Client().get(path)
    assert link.status_code == 200 and link.context["over"] and link.context["refused"]
    assert 'value="decline"' not in link.content.decode()
