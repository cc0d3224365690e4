"""Addresses of a person's access, of files and of download links."""

from django.urls import path

from apps.web.access import files, my_access, my_links, open_link, views

urlpatterns = [
    path("access/", my_access.my_access, name="my_access"),
    path("access/<uuid:pk>/", views.grant_page, name="grant_page"),
    path("access/<uuid:pk>/end-early/", views.grant_end_early, name="grant_end_early"),
    path("files/<uuid:pk>/", files.file_page, name="file_page"),
    path("d/<str:token>/<path:name>", open_link.link_open, name="link_open"),
    path("links/", my_links.my_links, name="my_links"),
    path("links/<uuid:pk>/end/", files.link_end, name="link_end"),
]
