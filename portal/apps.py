from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Tasks find the Celery app whichever process asks for them.
        import portal.celery  # noqa: F401
        from apps.access_requests.commands import follow_seat_claims
        from apps.accounts.oidc.recheck import when_claims_are_told
        from apps.audit.record import when_owed
        from portal.checks import say_at_start
        from portal.nudge import nudge

        when_owed(nudge)
        when_claims_are_told(follow_seat_claims)
        say_at_start()
