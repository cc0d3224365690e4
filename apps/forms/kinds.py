"""The types of question there are, who reads an answer, and what may be filled in from the applicant's profile."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Type(TextChoices):
    """What a question asks for. `header` and `label` ask nothing: they are texts between the questions."""

    TEXT = "text", _("Text")
    LONG_TEXT = "long_text", _("Long text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    PERIOD = "period", _("Period")
    CHOICE = "choice", _("Choice")
    CHOICES = "choices", _("Several choices")
    TABLE = "table", _("Table")
    FILE = "file", _("File")
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Telephone number")
    URL = "url", _("Web address")
    ORCID = "orcid", _("ORCID iD")
    ORGANISATION = "organisation", _("Organisation (ROR)")
    COUNTRY = "country", _("Countries (ISO 3166)")
    PERSON = "person", _("Person")
    VARIABLES = "variables", _("Dataset variables")
    LABEL = "label", _("Paragraph without an answer")
    HEADER = "header", _("Heading without an answer")


class Readers(TextChoices):
    """Who reads an answer, besides the applicant and the project members."""

    COMMITTEES = "committees", _("All committees of the request")
    COMMITTEE = "committee", _("Only this committee")
    PUBLIC = "public", _("The public, after approval")


class Profile(TextChoices):
    """What a question can be filled in with from the applicant's profile."""

    NAME = "name", _("Name")
    EMAIL = "email", _("E-mail address")
    ORCID = "orcid", _("ORCID iD")
    INSTITUTION = "institution", _("Institution")


SILENT = frozenset({Type.LABEL, Type.HEADER})  # they ask for no answer
WITH_OPTIONS = frozenset({Type.CHOICE, Type.CHOICES})
IN_TABLES = frozenset({
    Type.TEXT, Type.LONG_TEXT, Type.NUMBER, Type.DATE, Type.CHOICE, Type.EMAIL, Type.PHONE, Type.URL, Type.ORCID,
    Type.ORGANISATION, Type.COUNTRY,
})  # fmt: skip
COUNTED = frozenset({
    Type.TEXT, Type.LONG_TEXT, Type.NUMBER, Type.CHOICES, Type.TABLE, Type.COUNTRY, Type.VARIABLES,
})  # fmt: skip
IN_WORDS = frozenset({Type.TEXT, Type.LONG_TEXT})
IN_DAYS = frozenset({Type.DATE, Type.PERIOD})
FILLED_FROM = {
    Profile.NAME: frozenset({Type.TEXT, Type.PERSON}),
    Profile.EMAIL: frozenset({Type.EMAIL, Type.TEXT}),
    Profile.ORCID: frozenset({Type.ORCID, Type.TEXT}),
    Profile.INSTITUTION: frozenset({Type.TEXT, Type.ORGANISATION}),
}
# Of the file types that a form can name, those that are accepted (apps.access_requests.document_types).
STORABLE = ("pdf", "docx", "odt", "xlsx", "ods", "csv", "txt", "png", "jpg", "jpeg")
FORMATS = ("pdf", "doc", "docx", "xls", "xlsx", "odt", "ods", "csv", "txt", "png", "jpg", "jpeg")
