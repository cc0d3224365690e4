"""Whether e-mails can be sent."""

from django.core.mail import get_connection


def open_mail_server(*, seconds: float) -> None:
    """Connect to the mail server and sign in, and send nothing; raises what its client raises."""
    connection = get_connection(timeout=seconds)
    try:
        connection.open()
    finally:
        connection.close()
