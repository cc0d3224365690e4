"""The page on which a chair changes the due date of one review: an extension, or the fast track, with a reason."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access_requests import commands, queries_clocks, rules_clocks
from apps.access_requests.models import AccessRequest, ReviewClock
from apps.access_requests.queries import for_committees_of
from apps.access_requests.rules import check_declared
from apps.committees.models import Committee
from apps.committees.queries import public
from apps.core.errors import NotFound, WrongState
from apps.grants.access_state.words import day
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.forms import CleanTextField, FormRefusals, refusal_of
from apps.web.common.idempotency import idempotent_form

EXTEND, FAST = ReviewClock.Change.EXTENDED.value, ReviewClock.Change.FAST.value


class DueDateForm(forms.Form):
    """Which change, and why."""

    use_required_attribute = False

    change = forms.ChoiceField(
        label=gettext_lazy("New due date"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Select a due date.")},
    )
    reason = CleanTextField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The applicant receives the reason, and the page of the request shows it."),
        max_length=rules_clocks.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Enter a reason. It is sent to the applicant.")},
    )

    def __init__(self, *args: Any, options: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["change"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = options
        if len(options) == 1:
            field.initial = options[0][0]


@require_page_or_form
@signed_in
@idempotent_form
def due_date(request: AuthenticatedRequest, pk: UUID, slug: str) -> HttpResponse:
    """The chair extends the review once, or puts it on the fast track."""
    asked, committee = _found(request, pk, slug)
    rules_clocks.check_is_chair(request.actor, asked, committee)
    row = queries_clocks.newest_clocks(asked).get(committee.pk)
    options = _options(asked, committee, row)
    if not options:
        raise WrongState(_("You cannot change the due date of this review."))
    form = DueDateForm(request.POST or None, options=options)
    if request.method == "POST" and form.is_valid():
        with FormRefusals(form):
            changed = _change(request, asked, committee, form)
            messages.success(request, _("The review is now due on %(day)s.") % {"day": day(changed.due_on)})
            return redirect("case", pk=pk)
    found = {"case": asked, "committee": committee, "row": row, "form": form}
    return render(request, "committee/due_date.html", found, status=422 if form.errors else 200)


def _found(request: AuthenticatedRequest, pk: UUID, slug: str) -> tuple[AccessRequest, Committee]:
    asked = for_committees_of(request.actor).filter(pk=pk).first()
    committee = public().filter(slug=slug, items__request=pk).distinct().first()
    if asked is None or committee is None:
        raise NotFound(_("This request does not exist, or you are not allowed to see it."))
    check_declared(request.actor, asked)
    return asked, committee


def _options(asked: AccessRequest, committee: Committee, row: ReviewClock | None) -> list[tuple[str, str]]:
    """The changes that are possible now, each with the date that it gives."""
    rule, today = (queries_clocks.rule_of(row) if row else None), queries_clocks.today_of_clocks()
    if row is None or rule is None:
        return []
    rounds, faster = list(asked.rounds.order_by("number")), queries_clocks.on_fast_track(rule, committee)
    options = []
    if refusal_of(lambda: rules_clocks.check_can_extend(row, rule, today)) is None:
        later = queries_clocks.computed_due(row, rounds, rule, extended=True)
        options.append((EXTEND, _("Extend the review once: due on %(day)s") % {"day": day(later)}))
    if refusal_of(lambda: rules_clocks.check_can_use_fast_track(row, rule, faster, today)) is None:
        sooner = queries_clocks.computed_due(row, rounds, faster, extended=False)
        options.append((FAST, _("Fast track: due on %(day)s") % {"day": day(sooner)}))
    return options


def _change(
    request: AuthenticatedRequest, asked: AccessRequest, committee: Committee, form: DueDateForm
) -> ReviewClock:
    command = commands.extend_review if form.cleaned_data["change"] == EXTEND else commands.use_fast_track
    return command(asked, committee=committee, reason=form.cleaned_data["reason"], by=request.actor)
