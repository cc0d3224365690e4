"""What a kind of event is about."""

from django.db import models


class Group(models.TextChoices):
    """What a kind of event is about; the messages about it are in the file of this name."""

    ACCOUNTS = "accounts"
    DATASETS = "datasets"
    REQUESTS = "requests"
    AGREEMENTS = "agreements"
    ACCESS = "access"
    OPERATIONS = "operations"
