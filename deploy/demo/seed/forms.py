"""A form that a committee is working on: the chair can publish it, and requests are asked it from then on."""

from apps.forms import commands
from apps.forms.shipped_forms import shipped
from deploy.demo.seed.world import World


def draft(world: World) -> None:
    commands.create_form(world.committees["breast"], definition=shipped("five-safes"), by=world.people["chair"])
