"""Finding data: open to everybody."""

from django.urls import path

from apps.web import discover, discover_why

urlpatterns = [
    path("", discover.home, name="home"),
    path("datasets/", discover.catalogue, name="catalogue"),
    path("datasets/<slug:slug>/", discover.dataset, name="dataset"),
    path("datasets/<slug:slug>/why/", discover_why.why, name="why"),
    path("datasets/<slug:slug>/versions/<int:number>/", discover.dataset_version, name="dataset_version"),
    path("datasets/<slug:slug>/versions/<int:number>/SHA256SUMS", discover.checksums, name="checksums"),
    path("committees/<slug:slug>/", discover.committee_page, name="committee_page"),
]
