"""Each fault that an operator can mend has a word and a sentence."""

import errno
import smtplib
import socket
import ssl

import psycopg
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from django.db import OperationalError

from apps.core import causes


def wrapped(inner: BaseException, outer: BaseException) -> BaseException:
    try:
        raise outer from inner
    except type(outer) as fault:
        return fault


def s3(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "m"}}, "HeadBucket")


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (OSError(errno.EACCES, "denied"), "permission"),
        (OSError(errno.EIO, "Input/output error"), "fault"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "refused"),
        (socket.gaierror(-2, "Name or service not known"), "unknown_name"),
        (TimeoutError(), "silent"),
        (ssl.SSLCertVerificationError("certificate has expired"), "certificate"),
        (smtplib.SMTPAuthenticationError(535, b"no"), "credentials"),
        (s3("RequestTimeTooSkewed"), "clock"),
        (s3("SignatureDoesNotMatch"), "credentials"),
        (s3("NoSuchBucket"), "not_found"),
        (s3("Other"), "answer"),
        (ReadTimeoutError(endpoint_url="https://s3.example.org"), "silent"),
        (EndpointConnectionError(endpoint_url="https://s3.example.org"), "refused"),
        (psycopg.errors.DiskFull("x"), "disk_full"),
        (psycopg.errors.ConnectionTimeout("connection timeout expired"), "silent"),
        (psycopg.OperationalError('FATAL:  password authentication failed for user "x"'), "credentials"),
        (psycopg.OperationalError("connection failed: Connection refused"), "refused"),
        (psycopg.OperationalError("something else"), "fault"),
        (ValueError("x"), "fault"),
    ],
)
def test_a_fault_has_its_cause(fault: BaseException, cause: str) -> None:
    """Case 43: a full disk said no reason in the log; also where a library wraps the fault in one of its own."""
    assert causes.cause_of(fault) == cause
    assert causes.cause_of(wrapped(fault, OperationalError("wrapped"))) == cause


def test_every_cause_has_a_sentence_and_the_log_has_it_in_english() -> None:
    assert {*causes._S3.values(), *causes._SQL.values(), *causes._ERRNO.values(), *causes._NAMES.values()} <= set(
        causes.SENTENCES
    )
    assert causes.for_log("disk_full").startswith("disk_full: ")
    assert causes.sentence("not known") == causes.sentence("fault")


def test_faults_that_led_to_each_other_in_a_circle_end() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    assert causes.cause_of(first) == "fault"
