"""Whether the mail server takes e-mails from the portal. Nothing is sent."""

import smtplib
import ssl

from django.core.mail import get_connection

SECONDS = 3


def mail_fault() -> str:
    """The code of what is wrong: mail_refused, mail_tls or mail_unreachable; empty if nothing is."""
    connection = get_connection(timeout=SECONDS)
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError:
        return "mail_refused"
    except (ssl.SSLError, smtplib.SMTPNotSupportedError):
        return "mail_tls"
    except (OSError, smtplib.SMTPException):
        return "mail_unreachable"
    finally:
        connection.close()
    return ""
