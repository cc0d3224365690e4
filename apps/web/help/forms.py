"""What an operator writes about the portal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.web.common.forms import RequiredTextField


class SiteTextForm(forms.Form):
    """A text of the portal in one language."""

    use_required_attribute = False

    text = RequiredTextField(
        label=_("Text"),
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 20, "dir": "auto"}),
        help_text=_("Everyone can read it. You can use Markdown for headings, lists and links."),
    )
