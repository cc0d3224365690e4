"""The files of a version on the page of its dataset: 25 a page, by name and type, all in the address."""

from dataclasses import replace
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.core.actors import Viewer
from apps.datasets.models import Distribution
from apps.grants import queries as grants
from apps.web.common.list_filters import Choice, Option, Search, columns, text_of
from apps.web.common.lists import SIZE, ListPage, ListSpec, Sort, list_page, list_page_of_rows

ANCHOR = "#files"
NOUN = ngettext_lazy("%(total)s file", "%(total)s files", "n")
TYPES = {
    "text/csv": "CSV", "text/tab-separated-values": "TSV", "text/plain": _("Text"), "application/dicom": "DICOM",
    "application/pdf": "PDF", "application/zip": "ZIP", "application/json": "JSON", "application/x-nifti": "NIfTI",
    "text/x-vcf": "VCF", "application/xml": "XML", "text/xml": "XML", "image/png": "PNG", "image/jpeg": "JPEG",
    "application/octet-stream": _("Other"),
}  # fmt: skip


def files_page(request: HttpRequest, version: Any, person: Viewer) -> ListPage:
    """The page of files that the address asks for, each with `may_download`; `version` is one of `sized_versions`.

    Two statements if they fit on one page, else at most five.
    """
    files = grants.files_of(version, person)
    if version.files <= SIZE:
        by_name = Search(_("Find a file by name"), text_of(lambda file: file.name), name="file")
        few = ListSpec(noun=NOUN, sorts=[Sort("name", _("Name"), lambda file: file.name)], filters=[by_name])
        return _within_the_page(list_page_of_rows(request, few, list(files), key=lambda file: file.pk))
    types = Distribution.objects.filter(version=version).order_by().values_list("media_type")
    counted = sorted(types.annotate(number=Count("pk")), key=lambda row: (-row[1], row[0]))
    options = [
        Option(value=one, label=f"{TYPES.get(one, one)} ({number})", where=Q(media_type=one)) for one, number in counted
    ]
    by_name = Search(_("Find a file by name"), columns("name"), name="file")
    by_type = Choice("type", _("Type"), options, any_label=_("All types"))
    many = ListSpec(noun=NOUN, sorts=[Sort("name", _("Name"), "name pk")], filters=[by_name, by_type])
    return _within_the_page(list_page(request, many, files))


def _within_the_page(page: ListPage) -> ListPage:
    """The same with addresses that lead back to the files, not to the top of the page."""

    def here(url: str) -> str:
        return url + ANCHOR if url else ""

    return replace(
        page,
        path=here(page.path),
        previous_url=here(page.previous_url),
        next_url=here(page.next_url),
        first_url=here(page.first_url),
        reset_url=here(page.reset_url),
        chips=[{**chip, "url": here(chip["url"])} for chip in page.chips],
    )
