"""What somebody with access has agreed to do: the conditions of the decision, and duties among the use conditions."""

from typing import Any

from apps.access_requests import queries_conditions
from apps.access_requests.due_dates import HOLDS_DOWNLOADS
from apps.access_requests.purposes import matches
from apps.access_requests.states import ItemState
from apps.core import clock
from apps.datasets.matching import Purpose
from apps.grants.models import AccessGrant
from apps.web.condition_rows import obligation_rows

# The answers of somebody who agrees to each duty: signing the agreement binds to them, whatever the request said.
AGREED = Purpose(publish=True, return_results=True, collaborate=True)


def obligations_of(grant: AccessGrant) -> dict[str, Any]:
    """`conditions`: of the decision, as rows; `to_report`: whether one waits for a report; `terms`: the same as one
    text if it was not written down which of the proposed ones were adopted; `duties`: of the use conditions as they
    are today; `holds`: whether a condition must be met before a download.
    """
    item = grant.agreement.item
    found = queries_conditions.of_approval(item.pk) if item.state == ItemState.CONDITIONAL else []
    known = item.adopted is not None
    rows = obligation_rows(found, grant.agreement.executed_at, clock.today()) if known else []
    return {
        "conditions": rows,
        "to_report": any(row["dated"] and row["to_report"] for row in rows),
        "terms": "" if known else item.terms,
        "duties": [line.sentence for one in matches(AGREED, [grant.dataset]) for line in one.match.obligations],
        "holds": any(one.due in HOLDS_DOWNLOADS for one in found),
    }
