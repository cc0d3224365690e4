"""The app of the forms that committees ask applicants to fill in."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "apps.forms"
    label = "committee_forms"  # Django has an app of the label "forms"
