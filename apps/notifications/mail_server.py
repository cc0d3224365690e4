"""Whether e-mails can be sent."""

from django.core.mail import get_connection

from apps.core import causes, heartbeats


def check_mail_server() -> None:
    """Report whether the mail server takes a connection, with the portal's user name and password."""
    cause = ""
    try:
        connection = get_connection()
        connection.open()
        connection.close()
    except Exception as fault:  # whatever the mail server or the network says
        cause = causes.cause_of(fault)
    heartbeats.report("e-mail", cause=cause)
