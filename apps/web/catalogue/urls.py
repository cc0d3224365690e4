"""Addresses for finding data; open to everybody."""

from django.urls import path

from apps.web.catalogue import browse, decisions, views, your_access

urlpatterns = [
    path("datasets/", browse.catalogue, name="catalogue"),
    path("datasets/<slug:slug>/", views.dataset, name="dataset"),
    path("datasets/<slug:slug>/access/", your_access.your_access, name="your_access"),
    path("datasets/<slug:slug>/versions/<int:number>/", views.dataset_version, name="dataset_version"),
    path("datasets/<slug:slug>/versions/<int:number>/SHA256SUMS", views.checksums, name="checksums"),
    path("decisions/", decisions.decisions, name="decisions"),
    path("committees/<slug:slug>/", views.committee_page, name="committee_page"),
]
