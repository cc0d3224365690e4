"""Who looks at which page: every address of the portal has a row here, or a reason why it has none.

`parts` are the parts of the address by name, or the question that finds them in the seeded world.
"""

from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.urls import reverse
from psycopg.rows import dict_row

from deploy.demo.people import person

Question = tuple[str, ...]  # the SQL, and what stands for its %s


@dataclass(frozen=True)
class Visit:
    """One page as some people see it; `note` tells apart several looks at one address."""

    page: str
    by: tuple[str, ...]
    parts: dict[str, Any] | Question = field(default_factory=dict)
    note: str = ""
    query: str = ""
    status: int = 200

    @property
    def name(self) -> str:
        return f"{self.page}-{self.note}" if self.note else self.page

    def path(self, demo: dict[str, Any]) -> str:
        """The address in this demo."""
        parts = self.parts if isinstance(self.parts, dict) else _found(demo, *self.parts)
        return reverse(self.page, kwargs=parts) + self.query


def _found(demo: dict[str, Any], question: str, *given: str) -> dict[str, Any]:
    with psycopg.connect(demo["database_url"], row_factory=dict_row) as connection:
        row = connection.execute(question.encode(), given).fetchone()
    assert row, f"the seeded world has nothing for {given}: {question}"
    return row


def _request(key: str, state: str) -> Question:
    """The first request of somebody's in that state."""
    return (
        (
            "SELECT r.id AS pk FROM access_requests_accessrequest r JOIN people_person p ON p.id = r.applicant_id "
            "WHERE p.email = %s AND r.state = %s ORDER BY r.created_at"
        ),
        person(key).email,
        state,
    )


def _agreement(key: str, state: str) -> Question:
    """The first agreement offered to somebody, in that state."""
    return (
        (
            "SELECT a.id AS pk FROM agreements_agreement a JOIN access_requests_item i ON i.id = a.item_id "
            "JOIN access_requests_accessrequest r ON r.id = i.request_id "
            "JOIN people_person p ON p.id = r.applicant_id "
            "WHERE p.email = %s AND a.state = %s ORDER BY a.offered_at"
        ),
        person(key).email,
        state,
    )


def _grant(key: str) -> Question:
    """Somebody's first grant."""
    return (
        (
            "SELECT g.id AS pk FROM grants_accessgrant g JOIN people_person p ON p.id = g.holder_id "
            "WHERE p.email = %s ORDER BY g.issued_at"
        ),
        person(key).email,
    )


def _notification(key: str) -> Question:
    """The first notification to somebody."""
    return (
        (
            "SELECT l.id AS pk FROM notifications_notification l JOIN people_person p ON p.id = l.reader_id "
            "WHERE p.email = %s ORDER BY l.written_at"
        ),
        person(key).email,
    )


def _member_of(slug: str) -> Question:
    """A committee and the membership of somebody who is not its chair."""
    return (
        (
            "SELECT c.slug, m.id AS pk FROM committees_committeemember m "
            "JOIN committees_committee c ON c.id = m.committee_id "
            "WHERE c.slug = %s AND NOT m.is_chair AND m.ends_at IS NULL ORDER BY m.starts_at"
        ),
        slug,
    )


def _form_of(slug: str, *, key: str = "") -> Question:
    """The first form of a committee, and one of its questions."""
    asked = "SELECT c.slug, f.id AS pk" + (", %s AS key" if key else "")
    question = asked + (
        " FROM committee_forms_form f JOIN committees_committee c ON c.id = f.committee_id "
        "WHERE c.slug = %s ORDER BY f.created_at"
    )
    return (question, *([key] if key else []), slug)


def _newer_form(key: str) -> Question:
    """A draft of somebody's, and the newest version of a form of which it answers an earlier one."""
    return (
        (
            "SELECT r.id AS pk, n.id AS version FROM access_requests_accessrequest r "
            "JOIN people_person p ON p.id = r.applicant_id "
            "JOIN committee_forms_formversion o ON r.answers ? o.id::text "
            "JOIN committee_forms_formversion n ON n.form_id = o.form_id AND n.number > o.number "
            "WHERE p.email = %s AND r.state = 'draft' AND n.published_at IS NOT NULL ORDER BY n.number DESC"
        ),
        person(key).email,
    )


def _titled(title: str) -> Question:
    """The first request whose title starts so."""
    return (
        "SELECT id AS pk FROM access_requests_accessrequest WHERE starts_with(title, %s) ORDER BY created_at",
        title,
    )


def _rule(slug: str) -> Question:
    """The first approval rule of a committee."""
    return (
        "SELECT c.slug, r.id AS pk FROM access_requests_approvalrule r "
        "JOIN committees_committee c ON c.id = r.committee_id WHERE c.slug = %s ORDER BY r.written_at"
    ), slug


def _by_rule(slug: str) -> Question:
    """The first approval by a rule of a committee."""
    return (
        "SELECT c.slug, d.id AS pk FROM access_requests_ruledecision d "
        "JOIN access_requests_approvalrule r ON r.id = d.rule_id "
        "JOIN committees_committee c ON c.id = r.committee_id WHERE c.slug = %s ORDER BY d.number"
    ), slug


def _service(key: str) -> Question:
    """Somebody's first service account."""
    return (
        (
            "SELECT s.id AS pk FROM tokens_serviceaccount s JOIN people_person p ON p.id = s.owner_id "
            "WHERE p.email = %s ORDER BY s.made_at"
        ),
        person(key).email,
    )


def _waiting_program(key: str) -> Question:
    """A program that asked just now, and whose code somebody typed: it waits ten minutes, so each look has its own."""
    return (
        (
            "INSERT INTO tokens_devicerequest (id, client_id, scopes, device_digest, user_digest, asked_from, "
            "browser, asked_at, expires_at, interval, person_id) "
            "SELECT gen_random_uuid(), 'gatehouse-cli', '{read,download}', gen_random_uuid(), gen_random_uuid(), "
            "'192.0.2.44', 'curl, Linux', now(), now() + interval '10 min', 5, p.id "
            "FROM people_person p WHERE p.email = %s RETURNING id AS pk"
        ),
        person(key).email,
    )


def _at_home(key: str) -> Question:
    """Somebody and their institution, by their parts of its officials' pages."""
    return "SELECT id AS pk, institution_id AS institution FROM people_person WHERE email = %s", person(key).email


def _assigned(role: str) -> Question:
    """The first platform role of this kind that was assigned manually."""
    return "SELECT id AS pk FROM people_platformrole WHERE kind = %s AND claim_id IS NULL ORDER BY starts_at", role


def _official(key: str) -> Question:
    """A signing official and the institution, by the parts of the page that ends the role."""
    return "SELECT institution_id AS pk, id AS person FROM people_person WHERE email = %s", person(key).email


def _code(key: str) -> Question:
    """Somebody's colleague code."""
    return "SELECT code FROM people_person WHERE email = %s", person(key).email


def _all_access(key: str) -> Question:
    """Somebody, as an operator ends all access of theirs."""
    return "SELECT code, 'portal' AS reach FROM people_person WHERE email = %s", person(key).email


def _file(slug: str) -> Question:
    """The first file of a dataset."""
    return (
        (
            "SELECT f.id AS pk FROM datasets_distribution f JOIN datasets_version v ON v.id = f.version_id "
            "JOIN datasets_dataset d ON d.id = v.dataset_id WHERE d.slug = %s ORDER BY f.uploaded_at"
        ),
        slug,
    )


def _file_of(slug: str) -> Question:
    """A dataset and its first file."""
    return _file(slug)[0].replace("SELECT f.id AS pk", "SELECT f.id AS pk, d.slug"), slug


def _role(slug: str, key: str, role: str) -> Question:
    """A dataset, somebody with a role on it, and the role."""
    return (
        "SELECT %s AS slug, id AS person, %s AS role FROM people_person WHERE email = %s",
        slug,
        role,
        person(key).email,
    )


def _proposal(slug: str) -> Question:
    """The first proposal of a dataset to a committee."""
    return (
        "SELECT p.id AS pk FROM datasets_committeeproposal p JOIN datasets_dataset d ON d.id = p.dataset_id "
        "WHERE d.slug = %s ORDER BY p.proposed_at"
    ), slug


def _of(slug: str, **more: int) -> dict[str, Any]:
    return {"slug": slug, **more}


VISITOR = ""
EVERYBODY = (VISITOR, "applicant", "chair", "owner", "official", "auditor", "operator")
SIGNED_IN = EVERYBODY[1:]
GBSG2, LUNG, CYTOLOGY, BRAIN = "gbsg2", "ncctg-lung", "wisconsin-breast-cytology", "anatomical-brain-volume"
DRAFT = "breast-cytology-malignant"

VISITS = [
    # finding data
    Visit("home", EVERYBODY),
    Visit("catalogue", (VISITOR, "applicant", "owner")),
    Visit("catalogue", (VISITOR,), note="found", query="?q=cancer&access=controlled"),
    Visit("catalogue", (VISITOR,), note="nothing", query="?q=neutrino"),
    Visit("catalogue", (VISITOR,), note="corrected", query="?q=brest+cancr"),
    Visit("catalogue", (VISITOR,), note="no-filter-result", query="?q=lung&access=open"),
    Visit("catalogue", ("applicant",), note="sorted", query="?sort=soonest&access=controlled&access=open"),
    Visit("dataset", (VISITOR, "applicant", "colleague", "owner"), _of(GBSG2), note="controlled"),
    Visit("dataset", ("applicant",), _of(LUNG), note="granted"),
    Visit("dataset", (VISITOR, "colleague"), _of(CYTOLOGY), note="registered"),
    Visit("dataset", (VISITOR,), _of(BRAIN), note="open"),
    Visit("request_begin", ("colleague", "applicant"), _of(GBSG2)),
    Visit("dataset_version", (VISITOR, "applicant"), _of(GBSG2, number=1)),
    Visit("your_access", ("applicant",), _of(LUNG), note="yes"),
    Visit("your_access", ("colleague", "owner"), _of(GBSG2), note="no"),
    Visit("your_access", (VISITOR,), _of(BRAIN), note="open"),
    Visit("your_access", ("applicant",), _of(LUNG), note="past", query="?at=2026-01-01T12:00"),
    Visit("committee_page", (VISITOR, "chair"), _of("breast-cancer")),
    # asking, signing, using
    Visit("my_requests", ("applicant", "applicant2", "auditor")),
    Visit("my_requests", ("applicant",), note="yours", query="?turn=you&q=survival&sort=xx"),
    Visit("my_requests", ("applicant2",), note="closed", query="?tab=closed"),
    Visit("request_import", ("applicant",)),
    Visit("request_page", ("applicant",), _request("applicant", "draft"), note="draft"),
    Visit("class_details", ("applicant",), _request("applicant", "draft")),
    Visit("my_classes", ("applicant",)),
    Visit("request_documents", ("applicant",), _request("applicant", "draft")),
    Visit("request_people", ("applicant",), _request("applicant", "draft")),
    Visit("request_page", ("applicant", "colleague"), _request("applicant", "in_review"), note="in-review"),
    Visit("request_page", ("applicant2",), _request("applicant2", "returned"), note="returned"),
    Visit("request_page", ("applicant2",), _request("applicant2", "decided"), note="decided"),
    Visit("request_page", ("member2",), _request("member2", "closed"), note="denied"),
    Visit("request_page", ("applicant",), _request("applicant", "active"), note="active"),
    Visit("request_page", ("chair2",), _request("chair2", "withdrawn"), note="withdrawn"),
    Visit("request_edit", ("applicant",), _request("applicant", "draft"), note="draft"),
    Visit("request_diseases", ("applicant",), _request("applicant", "draft")),
    Visit("request_check", ("applicant",), _request("applicant", "draft")),
    Visit("request_discard", ("applicant",), _request("applicant", "draft")),
    Visit("request_edit", ("applicant2",), _request("applicant2", "returned"), note="returned"),
    Visit("request_page", ("applicant3",), _request("applicant3", "returned"), note="answer-due"),
    Visit("request_page", ("applicant3",), _request("applicant3", "withdrawn"), note="lapsed"),
    Visit("request_page", ("applicant3",), _titled("Treatment outcome"), note="conditions"),
    Visit("request_edit", ("applicant3",), _request("applicant3", "draft"), note="file-question"),
    Visit("request_edit", ("applicant3",), _request("applicant3", "returned"), note="file-locked"),
    Visit("request_form_version", ("applicant3",), _newer_form("applicant3")),
    Visit("agreements", ("applicant", "applicant2", "owner", "auditor")),
    Visit("agreement_page", ("member3",), _agreement("member3", "offered"), note="to-sign"),
    Visit("agreement_page", ("owner", "applicant2"), _agreement("applicant2", "signed"), note="to-countersign"),
    Visit("agreement_page", ("applicant", "owner"), _agreement("applicant", "executed"), note="executed"),
    Visit("my_access", ("applicant", "member1", "auditor")),
    Visit("my_access", ("applicant",), note="nothing", query="?q=neutrino&show=over"),
    Visit("grant_page", ("applicant",), _grant("applicant"), note="active"),
    Visit("grant_page", ("member1",), _grant("member1"), note="given-back"),
    Visit("file_page", ("applicant",), _file(LUNG), note="controlled"),
    Visit("file_page", ("applicant2",), _file(CYTOLOGY), note="second-factor"),
    Visit("your_access", ("applicant2",), _of(CYTOLOGY), note="second-factor"),
    Visit("file_page", ("applicant",), _file(BRAIN), note="open"),
    Visit("my_links", ("applicant", "colleague")),
    Visit("my_links", ("applicant",), note="over", query="?show=over"),
    # deciding
    Visit("review_queue", ("chair", "member1", "chair2")),
    Visit("case", ("chair", "member2"), _request("applicant2", "submitted"), note="submitted"),
    Visit("case", ("chair", "member1"), _request("applicant", "in_review"), note="in-review"),
    Visit("case", ("chair2",), _request("applicant2", "returned"), note="returned"),
    Visit("case", ("chair2",), _request("applicant", "active"), note="decided"),
    Visit("review_queue", ("chair", "chair2"), note="to-check", query="?tab=to-check"),
    Visit("review_queue", ("chair2",), note="with-applicant", query="?tab=with-applicant"),
    Visit("review_queue", ("chair2",), note="decided", query="?tab=decided"),
    Visit("decide_together", ("chair",)),
    Visit("conditions", ("chair", "owner")),
    Visit("committee_manage", ("chair",), _of("breast-cancer")),
    Visit("mail_choice", ("applicant",)),
    Visit("calendar_feed", ("chair", "applicant")),
    Visit("committee_deadlines", ("chair",), _of("breast-cancer")),
    Visit("member_remove", ("chair",), _member_of("breast-cancer")),
    Visit("member_deputies", ("chair",), _member_of("breast-cancer")),
    Visit("committee_rules", ("chair",), _of("breast-cancer")),
    Visit("committee_checklist", ("chair",), _of("breast-cancer")),
    Visit("outside_reviews", ("chair",)),
    Visit("saved_views", ("chair", "member1")),
    Visit("committee_workload", ("chair",), _of("breast-cancer")),
    Visit("case_reviewers", ("chair", "member1"), _request("applicant", "in_review")),
    Visit("approval_rules", ("chair",), _of("breast-cancer")),
    Visit("approval_rule_new", ("chair",), _of("breast-cancer")),
    Visit("approval_rule", ("chair", "member1"), _rule("breast-cancer")),
    Visit("approval_rule_check", ("chair", "member1"), _by_rule("breast-cancer")),
    Visit("case", ("chair2",), _titled("Treatment outcome"), note="conditions"),
    Visit("case", ("chair",), _titled("Menopausal status"), note="by-rule"),
    Visit("form_question", ("chair2",), _form_of("lung-cancer", key="ethics_decision"), note="file"),
    Visit("form_publish", ("chair2",), _form_of("lung-cancer"), note="changes"),
    Visit("committee_chair", ("operator",), _of("breast-cancer")),
    Visit("committee_forms", ("chair",), _of("breast-cancer")),
    Visit("form_builder", ("chair",), _form_of("breast-cancer")),
    Visit("form_question", ("chair",), _form_of("breast-cancer", key="leaves_eea")),
    Visit("form_preview", ("chair",), _form_of("breast-cancer")),
    Visit("form_publish", ("chair",), _form_of("breast-cancer")),
    Visit("form_withdraw", ("chair",), _form_of("breast-cancer")),
    Visit("form_discard", ("chair",), _form_of("breast-cancer")),
    Visit("form_import", ("chair",), _form_of("breast-cancer")),
    # managing data
    Visit("my_datasets", ("owner", "member1")),
    Visit("dataset_new", ("owner",)),
    Visit("managed_dataset", ("owner",), _of(GBSG2), note="published"),
    Visit("managed_dataset", ("owner",), _of(DRAFT), note="draft"),
    Visit("dataset_describe", ("owner",), _of(GBSG2)),
    Visit("dataset_people", ("owner",), _of(CYTOLOGY)),
    Visit("dataset_role_remove", ("owner",), _role(CYTOLOGY, "member1", "steward_dataset")),
    Visit("dataset_discard", ("owner",), _of(DRAFT)),
    Visit("file_remove", ("owner",), _file_of(DRAFT)),
    Visit("dataset_proposal", ("chair2",), _proposal(LUNG), note="accepted"),
    Visit("owner_requests", ("owner",)),
    Visit("dataset_requests", ("owner",), _of(GBSG2)),
    Visit("dataset_users", ("owner",), _of(LUNG), note="used"),
    Visit("dataset_users", ("owner",), _of(GBSG2), note="unused"),
    Visit("version_publish", ("owner",), _of(DRAFT, number=1)),
    Visit("version_withdraw", ("owner",), _of(GBSG2, number=1)),
    Visit("grant_revoke", ("owner",), _grant("applicant")),
    Visit("grant_suspend", ("owner",), _grant("applicant")),
    # one's own corner
    Visit("account", SIGNED_IN),
    Visit("tokens", ("applicant", "colleague")),
    Visit("service_accounts", ("applicant", "colleague")),
    Visit("service_account", ("applicant",), _service("applicant")),
    Visit("device", ("applicant",)),
    Visit("device_answer", ("applicant",), _waiting_program("applicant")),
    Visit("device", ("applicant",), note="code", query="?user_code=WDJB-MJHT"),
    Visit("sessions", ("applicant", "operator")),
    Visit("notifications", ("applicant", "auditor")),
    Visit("notifications", ("applicant",), note="filtered", query="?read=no&topic=requests&written_to=2026-01-01"),
    Visit("notification", ("applicant",), _notification("applicant")),
    Visit("terms", ("applicant", "official")),
    Visit("terms_version", (VISITOR,), {"version": 1}),
    Visit("sign_in_refused", (VISITOR,), status=403),
    Visit("break_glass", (VISITOR,), note="switched-off", status=404),
    Visit("sign_in", (VISITOR, "applicant"), query="?next=/requests/"),
    Visit("sign_in", (VISITOR,), note="nothing", query="?q=nobody@nowhere.example"),
    Visit("identities", ("applicant", "official")),
    Visit("institution_people", ("official",)),
    Visit("institution_agreements", ("official",)),
    Visit("institution_people", ("official",), note="searched", query="?q=holm&show=access"),
    Visit("affiliation_confirm", ("official",), _at_home("leaver")),
    Visit("affiliation_end", ("official",), _at_home("applicant")),
    Visit("account", ("leaver", "colleague"), note="institution"),
    Visit("grant_page", ("leaver",), _grant("leaver"), note="stopped"),
    # watching over it
    Visit("events", ("auditor",)),
    Visit("events", ("auditor",), note="found", query="?kind=request.submitted"),
    Visit("events", ("auditor",), note="named", query="?person=holm&day_from=2020-01-01"),
    Visit("event", ("auditor",), ("SELECT min(id) AS number FROM audit_event",)),
    Visit("access_at", ("auditor",)),
    Visit("access_at", ("auditor",), note="found", query="?dataset=cancer+study&at=2026-11-01T12:00"),
    Visit("people_search", ("auditor", "operator"), query="?q=holm"),
    Visit("person_record", ("auditor", "operator", "official"), _code("applicant")),
    Visit("person_end_access", ("operator",), _all_access("applicant")),
    Visit("person_close", ("operator",), _code("applicant")),
    Visit("claimed_roles", ("operator", "auditor")),
    Visit("system_status", ("operator",)),
    Visit("site_text_edit", ("operator",), {"kind": "privacy", "language": "en"}),
    # setting up
    Visit("set_up", ("operator",)),
    Visit("set_up_institutions", ("operator",)),
    Visit("set_up_institution_new", ("operator",)),
    Visit("set_up_institution", ("operator",), ("SELECT id AS pk FROM people_institution ORDER BY name",)),
    Visit("set_up_providers", ("operator",)),
    Visit("set_up_provider_new", ("operator",)),
    Visit("set_up_provider", ("operator",), _of("home")),
    Visit("set_up_visa_issuers", ("operator",)),
    Visit("set_up_visa_issuer_new", ("operator",)),
    Visit("set_up_visa_issuer", ("operator",), ("SELECT slug FROM people_visaissuer ORDER BY slug",)),
    Visit("set_up_visa_issuer_end", ("operator",), ("SELECT slug FROM people_visaissuer ORDER BY slug",)),
    Visit("set_up_provider_off", ("operator",), _of("home")),
    Visit("set_up_roles", ("operator",)),
    Visit("set_up_role_end", ("operator",), _assigned("operator")),
    Visit("set_up_official_end", ("operator",), _official("official")),
    Visit("set_up_owners", ("operator",)),
    Visit("set_up_committees", ("operator",)),
    Visit("set_up_committee_new", ("operator",)),
    Visit("set_up_committee", ("operator",), _of("breast-cancer")),
    Visit("set_up_templates", ("operator",)),
    Visit("set_up_template_new", ("operator",)),
    Visit("set_up_terms", ("operator",)),
    Visit("set_up_terms_new", ("operator",)),
    # help
    Visit("help", (VISITOR, "applicant")),
    Visit("help_page", (VISITOR,), {"slug": "applicants"}),
    Visit("help_page", (VISITOR,), {"slug": "operators"}, note="long"),
    Visit("help_page", (VISITOR,), {"slug": "glossary"}, note="tables"),
    Visit("contact", (VISITOR, "applicant")),
    Visit("privacy", (VISITOR,)),
    Visit("accessibility", (VISITOR,)),
    Visit("gallery", (VISITOR,)),
]

POST_ONLY = "takes forms only; the page that holds the form is visited"
NOT_PAGES = {
    **dict.fromkeys(
        (
            "request_new", "request_copy", "request_add", "request_autosave", "request_submit", "request_withdraw",
            "request_answers", "request_appeal", "appeal_withdraw", "request_revise", "request_reuse_purpose",
            "request_message", "message_withdraw", "case_message", "case_outside", "case_recommend", "document_remove",
            "request_message", "message_withdraw", "case_message", "document_remove", "request_invitation",
            "request_shared_work",
            "agreement_sign", "agreement_countersign", "agreement_terminate", "grant_end_early",
            "link_end", "case_declare", "case_verdict", "case_accept", "case_request_changes", "case_recuse", "vote",
            "vote_confirm", "decision_undo",
            "condition_report", "condition_review", "class_drop", "class_remind",
            "version_new", "file_upload", "proposal_withdraw", "grant_resume", "token_revoke", "notifications_read",
            "set_language", "set_time_zone", "identity_link", "service_account_end", "session_end", "sessions_end_all",
            "downloads_stop", "resume_propose", "resume_confirm",
            "set_up_official_add", "set_up_provider_test", "set_up_provider_on",
        ),
        POST_ONLY,
    ),
    "form_export": "a JSON file",
    **dict.fromkeys(
        ("request_class", "class_roster", "student_remove", "class_place", "case_class"),
        "only for a class, and the demo has none; tests/integration/web/test_classes.py",
    ),
    "calendar_file": "a calendar for programs",
    "case_due_date": "only for a review whose date can be changed; tests/integration/web/test_clock_pages.py",
    "vote_as_deputy": "only for a deputy, and the demo has none; tests/unit/access_requests/test_deputies.py",
    "too_large": "what the front server shows for a request that is too large",
    "version_discard": "the demo has no draft after a published version; dataset_discard shows the same page",
    "dataset_owner": "only for a dataset without an owner; tests/integration/web/test_last_resorts.py",
    "first_operator": "only while there is no operator; tests/browser/test_set_up.py",
    "account_name": "only for people whose institution sends no name; tests/identity/test_claim_shapes.py",
    "request_match": "a part of the request form, which is visited",
    "disease_search": "data for the box of the request form",
    "checksums": "a list for sha256sum, not a page",
    "request_file": "a PDF or JSON, looked at by its own test",
    "document_open": "the bytes of a document",
    "invitation": "an invitation exists only for whom it names; looked at by its own test",
    "invitation_link": "the same, opened by the link in its e-mail",
    "agreement_pdf": "a PDF, looked at by its own test",
    "link_open": "the bytes of a file",
    "oidc_authentication_init": "goes to the identity provider",
    "silent_recheck": "goes to the identity provider",
    "oidc_authentication_callback": "comes back from the identity provider",
    "oidc_logout": POST_ONLY,
    "back_channel_logout": "a provider calls it, nobody looks at it",
    "sign_in_continue": "shows what was typed before a late sign-in, else goes home; walked in tests/identity",
    **dict.fromkeys(("device_authorize", "oauth_token", "oauth_revoke"), "a program's form, nobody looks at it"),
    "oauth_metadata": "facts for programs",
    "healthz": "one word for a machine",
    "readyz": "one word for a machine",
}  # fmt: skip
