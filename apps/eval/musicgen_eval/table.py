"""The rows of a report, as Markdown and JSON."""

import dataclasses
import json
from typing import Optional

ABOUT = ("Composer, sounds and judges share one palette: the figures show that prompts are followed and the beat is "
         "steady, not how real the music sounds. Truth: the composer's own songs and sound; through codec: their codes "
         "decoded by the model's codec; shuffled: the model's clips against the prompts of others.")


@dataclasses.dataclass
class Row:
    """One measurement; a column that does not apply is None."""

    test: str
    judge: str
    model: Optional[float]
    truth: Optional[float] = None  # the composer's songs, of no codec
    codec: Optional[float] = None  # their codes through the model's codec
    shuffled: Optional[float] = None  # the model's clips, scored against the prompts of others
    chance: Optional[float] = None
    least: Optional[float] = None  # target
    most: Optional[float] = None
    count: Optional[int] = None
    digits: int = 2
    p_value: Optional[float] = None  # of permuted prompts

    @property
    def passed(self):
        """None where nothing is asked."""
        if self.model is None or (self.least is None and self.most is None):
            return None
        return (self.least is None or self.model >= self.least) and (self.most is None or self.model <= self.most)

    def target(self):
        if self.least is not None:
            return f"≥ {self.least:g}"
        return f"≤ {self.most:g}" if self.most is not None else "report"

    def text(self, value):
        if value is None:
            return "–"
        return f"{value:.{self.digits}f}" if value == 0 or abs(value) >= 10.0**-self.digits / 2 else f"{value:.0e}"


HEADER = ["test", "judge", "model", "truth", "through codec", "shuffled", "chance", "target", ""]


def markdown(rows):
    lines = ["| " + " | ".join(HEADER) + " |", "|---|---|" + "--:|" * 5 + "---|---|"]
    for row in rows:
        values = [row.text(v) for v in (row.model, row.truth, row.codec, row.shuffled, row.chance)]
        verdict = {None: "", True: "pass", False: "**fail**"}[row.passed]
        judge = row.judge + (f", {row.count} clips" if row.count else "")
        lines.append("| " + " | ".join([row.test, judge, *values, row.target(), verdict]) + " |")
    return "\n".join(lines) + "\n"


def to_json(rows, about):
    """`about`: what was measured, in any keys."""
    return json.dumps({**about, "rows": [{**dataclasses.asdict(row), "passed": row.passed} for row in rows]}, indent=1,
                      ensure_ascii=False) + "\n"
