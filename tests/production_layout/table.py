"""The table that is printed, and the bars: what each row must be."""

from collections.abc import Sequence

from tests.production_layout.rows import Row

HEAD = (
    "component", "action", "acknowledged", "lost", "doubled", "sign-ins", "refused", "links", "refused",
    "slowest page s", "5xx", "5xx or none while away", "tasks done after s", "machine busy", "verdict",
)  # fmt: skip
SLOWEST = 5.0  # seconds, times how busy the machine is, and what the slowest page takes when nothing is done
AFTER_A_FAULT = 2  # 5xx after a kill or a freeze of a part of which there is another, or which pages do not need
FAULTS = {"kill", "freeze"}
NOTICED = {("web1", "freeze"): 10.0, ("web2", "freeze"): 10.0}  # seconds until nginx asks another node


def misses(row: Row, quiet: float) -> list[str]:
    """The bars that this row misses; `quiet`: the slowest page when nothing was done."""
    slowest = SLOWEST * max(1.0, row.machine) + quiet + NOTICED.get((row.component, row.action), 0.0)
    found = {
        "writes lost": row.count.lost,
        "writes doubled": row.count.doubled,
        "sign-ins refused": row.sign_ins_refused,
        "links refused": row.links_refused,
        "other refusals": row.others_refused,
        "5xx that are no page of ours": row.bare,
        "slow pages": int(row.slowest > slowest),
        "5xx": max(0, row.errors - (AFTER_A_FAULT if row.action in FAULTS else 0)),
        "pending tasks": int(row.settled is None),
        "no writes": int(not row.count.acknowledged),
    }
    return [name for name, number in found.items() if number]


def cells(row: Row, quiet: float) -> tuple[str, ...]:
    missed = misses(row, quiet)
    settled = "not done" if row.settled is None else f"{row.settled:.0f}"
    return (
        row.component, row.action, str(row.count.acknowledged), str(row.count.lost), str(row.count.doubled),
        str(row.sign_ins), str(row.sign_ins_refused), str(row.links), str(row.links_refused), f"{row.slowest:.1f}",
        str(row.errors), str(row.while_away), settled, f"x{row.machine:.1f}", ", ".join(missed) or "met",
    )  # fmt: skip


def printed(rows: Sequence[Row]) -> str:
    """The table as Markdown, for the screen and for docs/decisions/production-layout.md."""
    quiet = quiet_seconds(rows)
    lines = [HEAD, *(cells(row, quiet) for row in rows)]
    width = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    text = [
        "| " + " | ".join(cell.ljust(size) for cell, size in zip(line, width, strict=True)) + " |" for line in lines
    ]
    text.insert(1, "|" + "|".join("-" * (size + 2) for size in width) + "|")
    return "\n".join(text)


def quiet_seconds(rows: Sequence[Row]) -> float:
    """The slowest page while nothing was done; 0 if that was not looked at."""
    return next((row.slowest for row in rows if row.component == "nothing"), 0.0)
