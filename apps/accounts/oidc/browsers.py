"""Which browser somebody uses, as far as they need to know it again in a list; nothing of it is for deciding."""

from django.http import HttpRequest

# In order: later names stand in the words of earlier browsers too.
FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_family(request: HttpRequest) -> str:
    """Such as "Firefox, Linux"; empty when nothing is recognised. The whole line is not kept: it marks people."""
    said = request.headers.get("User-Agent", "")[:500]
    found = [next((name for mark, name in marks if mark in said), "") for marks in (FAMILIES, SYSTEMS)]
    return ", ".join(name for name in found if name)
