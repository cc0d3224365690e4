"""Why something around the portal does not work: one word for a fault, and the sentence that says what to do.

The words are kept with heartbeats and shown on **System status**; the log has the sentence in English.
"""

import errno
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

SENTENCES: Mapping[str, Any] = {
    "silent": _(
        "It accepts connections but does not answer. Restart it if it hangs, and check the firewalls between it and "
        "this server."
    ),
    "refused": _("Nothing listens at its address. Start it, or correct its address in the settings."),
    "unknown_name": _("Its host name cannot be found. Check its address in the settings, and the name server."),
    "unreachable": _("It cannot be reached. Check the network between this server and it."),
    "certificate": _(
        "Its certificate is not trusted: it has expired, is for another name, or its issuer is unknown to this server. "
        "Renew the certificate, or add its issuer to the trusted certificates."
    ),
    "credentials": _("It does not accept the portal’s user name, key or password. Compare them with the settings."),
    "client_secret": _(
        "It does not accept the portal’s client id or client secret. Compare OIDC_CLIENT_SECRET or PROVIDER_SECRETS "
        "with what is registered there."
    ),
    "clock": _("Its clock and the clock of this server differ. Check the time synchronisation of both."),
    "disk_full": _("The disk is full. Use a larger disk, or delete files that do not belong to the portal."),
    "disk_low": _("The disk is nearly full. Use a larger disk, or delete files that do not belong to the portal."),
    "permission": _(
        "The portal’s user is not allowed to read or write this folder. Correct the owner and mode of the folder."
    ),
    "not_found": _("The bucket or folder does not exist. Create it, or correct its name in the settings."),
    "not_migrated": _("The database does not have the tables of this version. Run manage.py migrate."),
    "answer": _("Its answer cannot be used. Compare what it sends with the requirements in the operator guide."),
    "overdue": _("It has stopped reporting. Check that gunicorn, worker, beat and broker are running."),
    "fault": _("It failed for another reason. Search the server log for the name of this component."),
}

# Codes of S3's errors (Amazon S3 API Reference, Error Responses), of SQL states (PostgreSQL, appendix A) and errno.
_S3 = {
    "RequestTimeTooSkewed": "clock",
    "SignatureDoesNotMatch": "credentials",
    "InvalidAccessKeyId": "credentials",
    "AccessDenied": "credentials",
    "403": "credentials",
    "404": "not_found",
    "NoSuchBucket": "not_found",
}
_SQL = {"28P01": "credentials", "28000": "credentials", "53100": "disk_full", "42P01": "not_migrated"}
_ERRNO = {
    errno.ENOSPC: "disk_full",
    errno.EDQUOT: "disk_full",
    errno.ECONNREFUSED: "refused",
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.EROFS: "permission",
    errno.ENOENT: "not_found",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.ECONNRESET: "unreachable",
}
# What libraries wrap in errors of their own, which share no class: the names of their classes.
_NAMES = {
    "SMTPAuthenticationError": "credentials",
    "AuthenticationError": "credentials",
    "ReadTimeoutError": "silent",
    "ConnectTimeoutError": "silent",
    "ConnectionTimeout": "silent",
    "TimeoutError": "silent",
    "SSLError": "certificate",
    "EndpointConnectionError": "refused",
}


def cause_of(fault: BaseException) -> str:
    """The word for a fault, found in it or in what led to it; `fault` if nothing is known of it."""
    return next((cause for one in _chain(fault) if (cause := _of_one(one))), "fault")


def sentence(cause: str) -> str:
    """What a cause means and what to do, in the language of the reader."""
    return str(SENTENCES.get(cause, SENTENCES["fault"]))


def for_log(cause: str) -> str:
    """The same for the log, which is in English."""
    with override(None):
        return f"{cause}: {sentence(cause)}"


def _chain(fault: BaseException | None) -> Iterator[BaseException]:
    """The fault, then what it was raised from, ten deep at most."""
    for _step in range(10):
        if fault is None:
            return
        yield fault
        fault = fault.__cause__ or fault.__context__


def _of_one(fault: BaseException) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return "certificate"
    if isinstance(fault, socket.gaierror):
        return "unknown_name"
    if isinstance(fault, TimeoutError):
        return "silent"
    answer = getattr(fault, "response", None)
    if isinstance(answer, Mapping) and isinstance(answer.get("Error"), Mapping):
        return _S3.get(str(answer["Error"].get("Code")), "answer")
    known = _SQL.get(str(getattr(fault, "sqlstate", ""))) or _NAMES.get(type(fault).__name__)
    if known:
        return known
    return _ERRNO.get(fault.errno or 0, "") if isinstance(fault, OSError) else _by_words(str(fault))


def _by_words(said: str) -> str:
    """What libpq says only in words: it has no code for a connection that was never made."""
    words = {
        "timeout expired": "silent",
        "did not answer": "silent",
        "is silent": "silent",
        "Connection refused": "refused",
        "password authentication failed": "credentials",
        "could not translate host name": "unknown_name",
        "failed to resolve host": "unknown_name",
        "certificate": "certificate",
    }
    return next((cause for word, cause in words.items() if word in said), "")
