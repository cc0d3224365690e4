"""How often a person gets e-mail."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.notifications.commands_digest import choose_rhythm
from apps.notifications.models import MailChoice
from apps.web.common.actor import AuthenticatedRequest
from apps.web.common.auth import signed_in
from apps.web.common.decorators import require_page_or_form
from apps.web.common.idempotency import idempotent_form


class MailChoiceForm(forms.Form):
    """At once, or together once a day or week."""

    use_required_attribute = False

    rhythm = forms.ChoiceField(
        label=gettext_lazy("How often you get e-mail"),
        help_text=gettext_lazy(
            "About requests, agreements, access and datasets. A digest comes at 7:00 in your time zone, with the "
            "subject and address of each notification. E-mail about your account and the portal always comes at "
            "once."
        ),
        choices=MailChoice.Rhythm.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how often you get e-mail.")},
    )


@require_page_or_form
@signed_in
@idempotent_form
def mail_choice(request: AuthenticatedRequest) -> HttpResponse:
    """The choice; every notification is in the portal at once, whatever is chosen."""
    chosen = MailChoice.objects.filter(person=request.actor).first()
    rhythm = chosen.rhythm if chosen is not None else MailChoice.Rhythm.AT_ONCE
    form = MailChoiceForm(request.POST or None, initial={"rhythm": rhythm})
    if request.method == "POST" and form.is_valid():
        choose_rhythm(rhythm=form.cleaned_data["rhythm"], by=request.actor)
        messages.success(request, _("Saved. You can always read every notification here."))
        return redirect("notifications")
    return render(request, "account/mail_choice.html", {"form": form}, status=422 if form.errors else 200)
