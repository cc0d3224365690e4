"""The growth table, and what of it is a missed bar."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.performance.growth.measure import Cost
from tests.performance.growth.statements import Statement
from tests.performance.growth.visits import Visit
from tests.performance.rounds import ratio

MOST = 1.5  # times the cost in the smaller portal
FEW = 250  # blocks, which take less than a millisecond: an index of the larger portal has one more level


@dataclass
class Report:
    """Rows for a person to read, and every missed bar as a sentence."""

    rows: list[tuple[str, ...]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        widths = [max(len(row[column]) for row in self.rows) for column in range(len(self.rows[0]))]
        lines = []
        for name, *cells in self.rows:
            right = [cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True)]
            lines.append(" | ".join([name.ljust(widths[0]), *right]))
        return "\n".join([lines[0], "-|-".join("-" * width for width in widths), *lines[1:]])


def grows(small: int, large: int, *, few: int = FEW) -> bool:
    """Whether that many blocks are too many more."""
    return large > MOST * small + few


def growing(small: Cost, large: Cost, *, few: int = FEW) -> list[tuple[Statement, Statement]]:
    """The statements of a page that read more in the larger portal, with what they read in the smaller one."""
    found = []
    for shape, now in large.recorded.statements.items():
        both = [one.statements.get(shape, Statement(shape)) for one in (small.recorded, small.by_index)]
        before = max(both, key=lambda one: one.blocks)  # in a small portal reading a whole table can be the cheaper way
        if grows(before.blocks, now.blocks, few=few):
            found.append((before, now))
    return found


def report(visits: Sequence[Visit], costs: dict[str, dict[int, Cost]], sizes: Sequence[int]) -> Report:
    """The table of the smallest and the largest portal, page by page."""
    first, last = min(sizes), max(sizes)
    made = Report()
    blocks, times = (f"blocks at {first:,}", f"at {last:,}"), (f"ms at {first:,}", f"at {last:,}")
    made.rows.append(("page", "statements", *blocks, "ratio", *times, "ratio"))
    for visit in visits:
        small, large = costs[visit.name][first], costs[visit.name][last]
        made.rows.append(_row(visit, small, large))
        for before, now in growing(small, large):
            made.missed.append(f"{visit.name}: {before.blocks} -> {now.blocks} blocks in {now.times}x {now.name}")
        if visit.flat and small.milliseconds and large.milliseconds:
            times = ratio(large.milliseconds, small.milliseconds).median
            if times > MOST:
                made.missed.append(f"{visit.name}: {times:.2f} times as slow at {last:,}")
    return made


def _row(visit: Visit, small: Cost, large: Cost) -> tuple[str, ...]:
    name = f"{visit.name} *" if visit.flat else visit.name
    blocks = (small.recorded.blocks, large.recorded.blocks)
    row = (name, str(large.recorded.times), f"{blocks[0]:,}", f"{blocks[1]:,}", f"{blocks[1] / max(blocks[0], 1):.2f}")
    if small.milliseconds is None or large.milliseconds is None:
        return (*row, "-", "-", "-")
    times = ratio(large.milliseconds, small.milliseconds)
    return (*row, f"{small.milliseconds.median:.1f}", f"{large.milliseconds.median:.1f}", f"{times.median:.2f}")


def own_rows(visits: Sequence[Visit], costs: dict[str, dict[int, Cost]], size: int) -> Report:
    """The pages of people who have thousands of things, beside the same page of somebody with a handful."""
    made = Report()
    made.rows.append(("page", "statements", "blocks, a handful", "many", "ratio", "ms, a handful", "many", "ratio"))
    for visit in visits:
        if visit.like:
            made.rows.append(_row(visit, costs[visit.like][size], costs[visit.name][size]))
    return made
