"""`manage.py load_ontology FILE`: the diseases that people can name in purposes and use conditions."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.actors import CONSOLE
from apps.datasets.commands import load_ontology
from apps.datasets.ontology import OntologyError, read_terms


class Command(BaseCommand):
    help = (
        "Loads the diseases of MONDO or DOID from an OBO, OWL (RDF/XML) or OBO-graph JSON file. Load a newer release "
        "of the same ontology to update them; diseases that it no longer has stay, as obsolete."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            counts = load_ontology(read_terms(options["file"]), by=CONSOLE)
        except OSError as fault:
            raise CommandError(f"{options['file']} cannot be read: {fault.strerror}.") from fault
        except OntologyError as fault:
            raise CommandError(f"{fault} Nothing was loaded.") from fault
        said = "{terms} diseases: {added} added, {changed} changed, {obsolete} became obsolete."
        self.stdout.write(said.format(**counts))
