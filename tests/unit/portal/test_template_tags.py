"""A template tag of Django's means what Django says: no library of ours replaces one for every template."""

from django.template import engines
from django.template.engine import Engine


def test_no_builtin_tag_or_filter_of_django_is_replaced() -> None:
    ours = engines["django"].engine
    plain = Engine()
    assert ours.builtins == plain.builtins
    assert ours.template_builtins == plain.template_builtins


def test_the_comparison_sees_a_replaced_tag() -> None:
    """The control: with one more builtin library the lists differ."""
    assert Engine(builtins=["apps.web.templatetags.gatehouse"]).builtins != Engine().builtins
