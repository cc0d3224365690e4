"""The WSGI application for an application server (gunicorn)."""

import os

from django.core.wsgi import get_wsgi_application

from portal.pooler import refuse_transaction_pooler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

application = get_wsgi_application()
refuse_transaction_pooler()
