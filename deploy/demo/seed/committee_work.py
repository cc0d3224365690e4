"""What committees work with besides votes: checklists, an approval rule, a form with files, conditions to be met, and
requests that wait too long for their applicants.
"""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

from apps.access_requests import commands as requests
from apps.access_requests.approval_terms import Terms
from apps.access_requests.due_dates import DueDate
from apps.access_requests.form_files import field_of
from apps.access_requests.models import AccessRequest, Attachment, Condition, Item, Round
from apps.committees.checklists import shipped
from apps.committees.clock_settings import clock_facts
from apps.committees.commands_clock import set_clock
from apps.core import clock
from apps.core.actors import SYSTEM
from apps.forms import answers, parsing
from apps.forms import commands as forms
from apps.forms.models import Form, FormVersion
from deploy.demo.seed.catalogue import DATA
from deploy.demo.seed.requests import PROJECTS, declare, signed_in, submitted, vote, written
from deploy.demo.seed.world import TEXTS, World
from portal import consequences

CRITERIA = (
    "The purpose is covered by the consent of the patients.",
    "No more data are requested than the purpose needs.",
    "The analysis plan can answer the question.",
    "Nobody can be recognised in the results.",
)
ANSWER_WEEKS = 4
WHO = "applicant3"
Json = dict[str, Any]


def choose(world: World) -> None:
    """What each committee has chosen before the first request."""
    breast, lung = world.committees["breast"], world.committees["lung"]
    requests.change_checklist(breast, criteria=CRITERIA, required=False, by=world.people["chair"])
    requests.change_checklist(lung, criteria=shipped(), required=False, by=world.people["chair2"])
    chosen = clock_facts(lung) | {"answer_amount": ANSWER_WEEKS}
    set_clock(lung, chosen=chosen, by=world.people["chair2"])


def play(world: World) -> None:
    _verdicts(world)
    _decided_before_the_rule(world)
    _rule(world)
    _approved_by_rule(world)
    _conditions(world)
    form = _form(world)
    _form_half_answered(world, form)
    _answer_due_soon(world)
    _lapsed(world)
    _newer_versions(world, form)


def _verdicts(world: World) -> None:
    """Two members went through the checklist of the case that is in review."""
    request = AccessRequest.objects.get(applicant=world.people["applicant"], state="in_review")
    seen = request.rounds.get()
    for who, number, says, reason in (
        ("member1", 1, "met", "The patients agreed to research on breast cancer."),
        ("member1", 2, "met", "Receptor levels, nodes and survival are what the models need."),
        ("chair", 3, "unclear", "The number of knots of the splines is not fixed beforehand."),
    ):
        said: dict[str, Any] = {"number": number, "says": says, "reason": reason}
        requests.give_verdict(request, committee=world.committees["breast"], seen=seen, by=world.people[who], **said)


def _decided_before_the_rule(world: World) -> None:
    """A case that the committee approved, as the rule would have."""
    request = written(world, WHO, ["gbsg2"], PROJECTS["grade"])
    _attach(request, world, kind=Attachment.Kind.ETHICS)
    seen = requests.submit(request, by=world.people[WHO])
    declare(request)
    requests.accept_for_review(request, by=world.people["member2"])
    for who in ("member2", "chair"):
        vote(world, seen, who, "approve", "A clear question, and the data can answer it.")
    consequences.drain()


def _rule(world: World) -> None:
    """A rule that is on: tried on past cases first, agreed to by its owner and the chair."""
    places = {str(world.institutions[key].pk) for key in ("nordvik", "lindholm", "sundby")}
    terms = Terms(frozenset({str(world.datasets["gbsg2"].pk)}), frozenset({"disease", "methods"}), frozenset(places))
    owner = world.people["member1"]
    rule = requests.write_approval_rule(
        world.committees["breast"], title="Public research on breast cancer", terms=terms, sample_every=5, by=owner
    )
    run = requests.run_on_past_cases(rule, by=owner)
    for by in (owner, world.people["chair"]):
        requests.agree_to_rule(run, looked=True, by=by)


def _approved_by_rule(world: World) -> None:
    """The first approval of the rule, which another member has to check."""
    request = written(world, WHO, ["gbsg2"], PROJECTS["menopause"])
    _attach(request, world, kind=Attachment.Kind.ETHICS)
    declare(requests.submit(request, by=world.people[WHO]).request)
    consequences.drain()


def _conditions(world: World) -> None:
    """Approved with three conditions: one is accepted as met, one waits for the committee, one was sent back."""
    seen = submitted(world, WHO, ["lung"], PROJECTS["elderly"])
    chair, member, by = world.people["chair2"], world.people["member3"], world.people[WHO]
    requests.accept_for_review(seen.request, by=chair)
    item = seen.request.items.get()
    dues = Condition.Due
    first, second, third = [
        requests.propose_condition(item, text=text, due=due, seen=seen, by=chair)
        for text, due in (
            ("Send the decision of your ethics committee.", DueDate(dues.SIGNING)),
            ("Name the person who is responsible for data protection in your department.", DueDate(dues.DOWNLOAD)),
            ("Register the analysis plan in a public registry.", DueDate(dues.AFTER_SIGNING, due_days=30)),
        )
    ]
    _approve(item, seen, world, [first, second, third])
    report = requests.report_condition(first, note="The decision is attached. It is valid until 2035.", by=by)
    requests.attach(seen.request, message=report.message, by=by, **_document())
    requests.accept_report(report, answer="Thank you.", by=member)
    note = "Dr Erik Lund, head of research data at the department of oncology."
    requests.report_condition(second, note=note, by=by)
    report = requests.report_condition(third, note="The plan is in our own repository.", by=by)
    answer = "The repository is not public. Send the address of an entry in a public registry."
    requests.send_report_back(report, answer=answer, by=member)
    consequences.drain()


def _approve(item: Item, seen: Round, world: World, conditions: list[Condition]) -> None:
    adopted = [one.pk for one in conditions]
    for who, reason in (
        ("chair2", "Sound methods. The plan has to be public before the analysis starts."),
        ("member3", "I agree with the conditions."),
    ):
        said: Json = {"choice": "conditional", "reason": reason, "conditions": adopted}
        requests.vote(item, seen=seen, signed_in=signed_in(), by=world.people[who], **said)
    consequences.drain()


# ------------------------------------------------------------------------------------------------- a form with files
def _definition() -> Json:
    found: Json = json.loads((TEXTS / "form.lung.json").read_text(encoding="utf-8"))
    return found


def _form(world: World) -> Form:
    """Every question is optional: nobody's request is kept from the committee by it."""
    chair = world.people["chair2"]
    form = forms.create_form(world.committees["lung"], definition=parsing.parse(_definition()), by=chair)
    forms.publish(form, by=chair)
    return form


def _form_half_answered(world: World, form: Form) -> None:
    """A draft that answers the first version of the form, with a file."""
    by = world.people[WHO]
    request = written(world, WHO, ["lung"], PROJECTS["sites"])
    version = FormVersion.objects.get(form=form)
    said = {"storage": "On the analysis server of the University of Lindholm, Sweden.", "ethics_needed": "yes"}
    requests.change(request, answers={version.pk: answers.read(version.read, said, {})}, by=by)
    _attach(request, world, kind=Attachment.Kind.ETHICS, field=field_of(form.pk, "ethics_decision"))
    consequences.drain()


def _newer_versions(world: World, form: Form) -> None:
    """The second version is published, so that the draft can move to it; the third is being written."""
    chair, second = world.people["chair2"], _definition()
    protection, ethics = second["sections"]
    protection["questions"][0]["help"]["en"] = "Name the organisation, the system, the country and who can sign in."
    ethics["questions"][1]["largest"] = 10_000_000
    ethics["questions"].append(
        {
            "key": "ethics_until",
            "type": "date",
            "label": {"en": "Last day of the ethics approval", "da": "Sidste dag for den etiske godkendelse"},
            "visible_if": {"question": "ethics_needed", "is": "yes"},
            "earliest": "today",
        }
    )
    forms.change_draft(form, definition=parsing.parse(second), by=chair)
    forms.publish(form, by=chair)
    ethics["questions"][0]["required"] = True
    forms.change_draft(form, definition=parsing.parse(second), by=chair)


def _attach(request: AccessRequest, world: World, **how: Any) -> None:
    requests.attach(request, by=world.people[WHO], **_document(), **how)
    consequences.drain()


def _document() -> Json:
    content = (DATA / "ethics-approval.pdf").read_bytes()
    return {"name": "ethics-approval.pdf", "content": BytesIO(content), "size": len(content)}


# --------------------------------------------------------------------------------- what waits too long for an answer
def _answer_due_soon(world: World) -> None:
    """Returned almost four weeks ago: two days are left, and the applicant was reminded."""
    _returned(world, "scores", left=2)
    requests.remind_of_answers(by=SYSTEM)
    consequences.drain()


def _lapsed(world: World) -> None:
    """Returned, reminded, and closed because no answer came."""
    request = _returned(world, "sex", left=-1)
    with clock.freeze(clock.now() - timedelta(days=3)):
        requests.remind_of_answers(by=SYSTEM)
    requests.lapse(request, by=SYSTEM)
    consequences.drain()


def _returned(world: World, project: str, *, left: int) -> AccessRequest:
    """The committee asked the applicant about the purpose, and so many days are left to answer."""
    request = submitted(world, WHO, ["lung"], PROJECTS[project]).request
    text = "Which of your analyses were planned before you saw the published results?"
    requests.request_changes(request, text=text, field="purpose", by=world.people["chair2"])
    until = clock.today() + timedelta(days=left)  # as if the committee had asked weeks ago
    AccessRequest.objects.filter(pk=request.pk).update(answer_until=until)
    request.refresh_from_db()
    return request
