from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Tasks find the Celery app whichever process asks for them.
        import portal.celery  # noqa: F401
        from apps.access_requests.commands import sync_member_claims
        from apps.audit.record import needs_outbox, when_pending, when_recorded
        from apps.grants.restores import admits
        from apps.identity.oidc.admission import admit_if
        from apps.identity.oidc.silent_recheck import on_claims_received
        from apps.web.common.metrics import count_event
        from portal.checks import say_at_start
        from portal.consequences import has_consequences
        from portal.wake_workers import wake_workers

        needs_outbox(has_consequences)
        when_pending(wake_workers)
        when_recorded(count_event)
        admit_if(admits)
        on_claims_received(sync_member_claims)
        say_at_start()
