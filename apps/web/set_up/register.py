"""Whether the portal publishes its decisions."""

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.access_requests import queries_register
from apps.access_requests.commands import publish_register
from apps.people.rules import check_can_set_up
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form
from apps.web.set_up.common import crumbs, one_form
from apps.web.sign_in.step_up import freshly_signed_in


class RegisterForm(forms.Form):
    """Off, or public."""

    use_required_attribute = False

    public = forms.TypedChoiceField(
        label=gettext_lazy("Register of decisions"),
        choices=[
            ("no", gettext_lazy("Off: the portal does not publish its decisions")),
            ("yes", gettext_lazy("Public: everyone can read the final decisions")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Select whether the register is public.")},
    )


@require_page_or_form
@signed_in
@freshly_signed_in
@idempotent_form
def register(request: AuthenticatedRequest) -> HttpResponse:
    """Switch the register on or off; it takes effect at once."""
    check_can_set_up(request.actor)
    public = queries_register.is_public()
    form = RegisterForm(request.POST or None, initial={"public": "yes" if public else "no"})

    def save() -> tuple[str, str]:
        publish_register(public=form.cleaned_data["public"], by=request.actor)
        if form.cleaned_data["public"]:
            return _("The register of decisions is public."), reverse("decisions")
        return _("The register of decisions is off."), reverse("set_up")

    return one_form(
        request, form, save, title=_("Register of decisions"), button=_("Save changes"), cancel=reverse("set_up"),
        crumbs=crumbs((_("Register of decisions"), "")),
        warning=_("The register also lists decisions made before it was switched on. It shows the institution of the "
                  "applicant and, after an approval, the public summary and the answers that a form marks for the "
                  "public. It never shows names of people, reasons in words, or confidential answers."),
    )  # fmt: skip
