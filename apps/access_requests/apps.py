from django.apps import AppConfig


class AccessRequestsConfig(AppConfig):
    name = "apps.access_requests"
    label = "access_requests"
    default_auto_field = "django.db.models.BigAutoField"
