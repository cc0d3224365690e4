"""The address of the first page: what waits for a person; for visitors the public front page."""

from django.urls import path

from apps.web.home import views

urlpatterns = [path("", views.home, name="home")]
