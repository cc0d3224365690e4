"""The page behind every fault nobody foresaw: a reference, no trace, no secret."""

import logging
import sys

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.core import causes, correlation
from apps.core.errors import DomainError, NotFound, Unavailable, UploadTooLarge
from apps.web.common import uploads
from apps.web.common.errors import error_response, wants_json
from apps.web.common.site import plain_nav, site

log = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """A database that does not answer is a pause (503); anything else is a fault of ours (500)."""
    fault = sys.exc_info()[1]
    if isinstance(fault, OperationalError | InterfaceError):
        log.error("the database: %s", causes.for_log(causes.cause_of(fault)))
        return error_response(request, Unavailable(_("The database is not responding. Try again shortly.")))
    sentence = _("The error was logged under the reference below. What you sent was saved completely or not at all.")
    if wants_json(request):
        body = {"type": "about:blank#fault", "title": str(sentence), "status": 500, "reference": correlation.current()}
        return JsonResponse(body, status=500, content_type="application/problem+json")
    context = site() | {"nav": plain_nav(request), "sentence": sentence, "reference": correlation.current()}
    return render(None, "errors/500.html", context, status=500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What the browser sent breaks a limit or cannot be read; for too many files the page says the limit."""
    if isinstance(exception, TooManyFilesSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        sentence = _("You sent more than %(n)s files in one upload. Nothing was saved. Send fewer files.") % {"n": most}
        return error_response(request, UploadTooLarge(sentence, field="file"))
    return error_response(request, DomainError(_("What your browser sent could not be read. Go back and try again.")))


@require_safe
def too_large(request: HttpRequest) -> HttpResponse:
    """The page that the front server shows instead of passing on a request that is too large (413)."""
    return error_response(request, uploads.too_large())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same words for what does not exist and for what may not be known."""
    return error_response(request, NotFound(_("This page does not exist, or you are not allowed to see it.")))
