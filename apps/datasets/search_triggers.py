"""The triggers that write the search documents, in the transaction of each change of what a document is made of."""

from apps.core.triggers import Trigger


def _refreshing(table: str, on: str, block: str) -> Trigger:
    """A trigger that writes the search documents of the datasets in `block` again, in the transaction of the change."""
    name = f"{table}_searched"
    return Trigger(
        name=name, on=on, when="AFTER", table=table, function=f"\nBEGIN\n    {block}\n    RETURN NULL;\nEND\n"
    )


def _refresh(ids: str) -> str:
    return f"PERFORM public.search_refresh(ARRAY({ids}));"


_LISTED = "SELECT id FROM public.datasets_dataset WHERE listed_from IS NOT NULL AND"
_OWNED = (
    "SELECT content_object_id FROM public.datasets_datasetrole WHERE user_id = NEW.id AND permission_id IN "
    "(SELECT id FROM public.auth_permission WHERE codename = 'own_dataset')"
)
_RENAMED = "IF NEW.name IS DISTINCT FROM OLD.name THEN {} END IF;"
_EITHER_ROW = "(CASE WHEN TG_OP = 'DELETE' THEN OLD.{0} ELSE NEW.{0} END)"
SEARCH_TRIGGERS = [
    _refreshing("datasets_dataset", "INSERT OR UPDATE", "IF NEW.listed_from IS NOT NULL THEN "
                + _refresh("SELECT NEW.id") + " END IF;"),
    _refreshing("datasets_version", "INSERT OR DELETE OR UPDATE",
                _refresh(f"{_LISTED} id = {_EITHER_ROW.format('dataset_id')}")),
    _refreshing("datasets_condition", "INSERT OR DELETE OR UPDATE",
                _refresh(f"{_LISTED} id = {_EITHER_ROW.format('dataset_id')}")),
    _refreshing("datasets_datasetrole", "INSERT OR DELETE OR UPDATE",
                _refresh(f"{_LISTED} id = {_EITHER_ROW.format('content_object_id')}")),
    _refreshing("people_institution", "UPDATE",
                _RENAMED.format(_refresh(f"{_LISTED} institution_id = NEW.id"))),
    _refreshing("committees_committee", "UPDATE", _RENAMED.format(_refresh(f"{_LISTED} committee_id = NEW.id"))),
    _refreshing("people_person", "UPDATE",
                "IF (NEW.name, NEW.is_active) IS DISTINCT FROM (OLD.name, OLD.is_active) THEN "
                + _refresh(f"{_LISTED} id IN ({_OWNED})") + " END IF;"),
]  # fmt: skip
