"""The mail server of an installation, from its settings."""

from busline.settings import Settings
from notifier.mail_server import MailServer, Security


def mail_server(settings: Settings) -> MailServer | None:
    """Where mail is handed in; None where none is set."""
    if settings.mail_host is None or settings.mail_from is None:
        return None
    password = settings.mail_password
    return MailServer(
        settings.mail_host,
        settings.mail_port,
        Security(settings.mail_security),
        settings.mail_username,
        None if password is None else password.reveal(),
    )


def mail_name(settings: Settings) -> str:
    """As whom families and departments see a mail come."""
    return f"{settings.district_name} buses"
