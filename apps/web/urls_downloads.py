"""Files and the links to them."""

from django.urls import path

from apps.web import downloads, downloads_open

urlpatterns = [
    path("files/<uuid:pk>/", downloads.file_page, name="file_page"),
    path("d/<str:token>/<path:name>", downloads_open.link_open, name="link_open"),
    path("links/", downloads.my_links, name="my_links"),
    path("links/<uuid:pk>/end/", downloads.link_end, name="link_end"),
]
