"""Addresses of those who take care of datasets."""

from django.urls import path

from apps.web import steward, steward_people, steward_uses, steward_versions

urlpatterns = [
    path("steward/", steward.home, name="steward_home"),
    path("steward/new/", steward.new, name="dataset_new"),
    path("steward/<slug:slug>/", steward.workshop, name="steward_dataset"),
    path("steward/<slug:slug>/describe/", steward.describe, name="dataset_describe"),
    path("steward/<slug:slug>/versions/new/", steward_versions.start, name="version_new"),
    path("steward/<slug:slug>/versions/<int:number>/files/", steward_versions.upload, name="file_upload"),
    path("steward/<slug:slug>/files/<uuid:pk>/remove/", steward_versions.remove, name="file_remove"),
    path("steward/<slug:slug>/versions/<int:number>/publish/", steward_versions.publish, name="version_publish"),
    path("steward/<slug:slug>/versions/<int:number>/withdraw/", steward_versions.withdraw, name="version_withdraw"),
    path("steward/<slug:slug>/people/", steward_people.people, name="dataset_people"),
    path("steward/<slug:slug>/uses/", steward_uses.uses, name="dataset_uses"),
    path("grants/<uuid:pk>/revoke/", steward_uses.revoke, name="grant_revoke"),
    path("grants/<uuid:pk>/suspend/", steward_uses.suspend, name="grant_suspend"),
    path("grants/<uuid:pk>/resume/", steward_uses.resume, name="grant_resume"),
]
