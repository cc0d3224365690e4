"""Addresses of the datasets that a person manages."""

from django.urls import path

from apps.web.datasets import owner, people, users, versions, views

urlpatterns = [
    path("datasets/<slug:slug>/owner/", owner.dataset_owner, name="dataset_owner"),
    path("my-datasets/", views.home, name="my_datasets"),
    path("my-datasets/new/", views.new, name="dataset_new"),
    path("my-datasets/<slug:slug>/", views.workshop, name="managed_dataset"),
    path("my-datasets/<slug:slug>/describe/", views.describe, name="dataset_describe"),
    path("my-datasets/<slug:slug>/versions/new/", versions.start, name="version_new"),
    path("my-datasets/<slug:slug>/versions/<int:number>/files/", versions.upload, name="file_upload"),
    path("my-datasets/<slug:slug>/files/<uuid:pk>/remove/", versions.remove, name="file_remove"),
    path("my-datasets/<slug:slug>/versions/<int:number>/publish/", versions.publish, name="version_publish"),
    path("my-datasets/<slug:slug>/versions/<int:number>/withdraw/", versions.withdraw, name="version_withdraw"),
    path("my-datasets/<slug:slug>/people/", people.people, name="dataset_people"),
    path("my-datasets/<slug:slug>/users/", users.uses, name="dataset_users"),
    path("access/<uuid:pk>/revoke/", users.revoke, name="grant_revoke"),
    path("access/<uuid:pk>/suspend/", users.suspend, name="grant_suspend"),
    path("access/<uuid:pk>/resume/", users.resume, name="grant_resume"),
]
