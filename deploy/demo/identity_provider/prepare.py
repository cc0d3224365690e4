"""Make the provider's tables, key, accounts and its one client: `python -m deploy.demo.identity_provider.prepare`."""

import os
from pathlib import Path

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def make_key(path: Path) -> None:
    """The signing key is made once and kept readable by this user only."""
    if path.exists():
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)


def make_accounts() -> None:
    """Each invented person has an account under a subject that never changes."""
    from django.contrib.auth.models import User

    from deploy.demo.people import PEOPLE

    for one in PEOPLE:
        facts = {"email": one.email, "first_name": one.name}
        User.objects.update_or_create(username=one.subject, defaults=facts, create_defaults={**facts, "password": "!"})


def make_client() -> None:
    """The portal is the provider's only client; nobody is asked whether it may know who they are."""
    from django.conf import settings
    from oauth2_provider.models import Application

    homes = [f"http://{host}:{settings.PORTAL_PORT}" for host in ("127.0.0.1", "localhost")]
    homes += os.environ.get("IDP_MORE_HOMES", "").split()
    Application.objects.update_or_create(
        client_id=settings.CLIENT_ID,
        defaults={
            "name": "Gatehouse",
            "client_secret": settings.CLIENT_SECRET,
            "hash_client_secret": False,
            "client_type": Application.CLIENT_CONFIDENTIAL,
            "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE,
            "algorithm": Application.RS256_ALGORITHM,
            "skip_authorization": True,
            "redirect_uris": " ".join(f"{home}/oidc/callback/" for home in homes),
            "post_logout_redirect_uris": " ".join(f"{home}/" for home in homes),
        },
    )


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy.demo.identity_provider.settings")
    make_key(Path(os.environ["IDP_KEY_FILE"]))
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    make_accounts()
    make_client()


if __name__ == "__main__":
    main()
