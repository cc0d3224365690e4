"""Addresses of the datasets that a person manages."""

from django.urls import path

from apps.web.datasets import ending, overview, owner, people, proposals, requests, uploads, users, versions, views

urlpatterns = [
    path("datasets/<slug:slug>/owner/", owner.dataset_owner, name="dataset_owner"),
    path("my-datasets/", overview.home, name="my_datasets"),
    path("my-datasets/new/", views.new, name="dataset_new"),
    path("my-datasets/requests/", requests.owner_requests, name="owner_requests"),
    path("my-datasets/<slug:slug>/", views.workshop, name="managed_dataset"),
    path("my-datasets/<slug:slug>/describe/", views.describe, name="dataset_describe"),
    path("my-datasets/<slug:slug>/versions/new/", versions.start, name="version_new"),
    path("my-datasets/<slug:slug>/versions/<int:number>/files/", uploads.upload, name="file_upload"),
    path("my-datasets/<slug:slug>/files/<uuid:pk>/remove/", uploads.remove, name="file_remove"),
    path("my-datasets/<slug:slug>/versions/<int:number>/publish/", versions.publish, name="version_publish"),
    path("my-datasets/<slug:slug>/versions/<int:number>/withdraw/", versions.withdraw, name="version_withdraw"),
    path("my-datasets/<slug:slug>/versions/<int:number>/discard/", versions.discard, name="version_discard"),
    path("my-datasets/<slug:slug>/discard/", views.discard, name="dataset_discard"),
    path("my-datasets/<slug:slug>/proposals/<uuid:pk>/withdraw/", proposals.withdraw, name="proposal_withdraw"),
    path("review/datasets/<uuid:pk>/", proposals.proposal, name="dataset_proposal"),
    path("my-datasets/<slug:slug>/people/", people.people, name="dataset_people"),
    path("my-datasets/<slug:slug>/people/<uuid:person>/<slug:role>/remove/", people.remove, name="dataset_role_remove"),
    path("my-datasets/<slug:slug>/users/", users.uses, name="dataset_users"),
    path("my-datasets/<slug:slug>/requests/", requests.dataset_requests, name="dataset_requests"),
    path("access/<uuid:pk>/revoke/", ending.revoke, name="grant_revoke"),
    path("access/<uuid:pk>/suspend/", ending.suspend, name="grant_suspend"),
    path("access/<uuid:pk>/resume/", ending.resume, name="grant_resume"),
]
