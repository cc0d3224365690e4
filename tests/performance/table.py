"""The one table that `make bench` prints."""

from dataclasses import dataclass, field

from tests.performance.rounds import NOISY, Series


@dataclass
class Table:
    """Rows of figures, each beside its limit."""

    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missed: int = 0

    HEAD = ("bar", "what", "Gatehouse", "limit, same run", "ratio", "wanted", "verdict", "+-")

    def add(
        self, bar: str, what: str, *, ours: str, limit: str = "-", ratio: str = "-", wanted: str = "-",
        good: bool | None = None, spread: Series | None = None,
    ) -> None:  # fmt: skip
        """`good` is None for a figure that nothing is asked of."""
        verdict = "-" if good is None else "ok" if good else "MISSED"
        self.missed += good is False
        noise = f"{spread.spread:.0%}{' noisy' if spread.spread > NOISY else ''}" if spread else "-"
        self.rows.append((bar, what, ours, limit, ratio, wanted, verdict, noise))

    def not_measured(self, bar: str, what: str, why: str) -> None:
        self.rows.append((bar, what, f"not measured: {why}", "", "", "", "-", ""))

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)

    def __str__(self) -> str:
        rows = [self.HEAD, *self.rows]
        plain = [row for row in rows if not row[2].startswith("not measured")]
        widths = [max(len(row[column]) for row in plain) for column in range(len(self.HEAD))]
        widths[1] = max(len(row[1]) for row in rows)
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:], "", *self.notes])
