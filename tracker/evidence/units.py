"""Units whose name is spelt in more than one way: two spellings would become two tracks."""

import pandas as pd

from tracker.evidence.findings import Findings, Words


def check_units(found: Findings, unit: "pd.Series[str]") -> None:
    """Note the names that are blanks only, and those that differ from a commoner one only in case or blanks."""
    blank = (unit != "") & (unit.str.strip() == "")
    found.note(blank.to_numpy(bool), "unit", unit, ("is blanks only", "leave the cell empty if no unit is named"))
    named = unit[(unit != "") & ~blank]
    counts = named.value_counts(sort=False)
    spellings = pd.DataFrame({"name": counts.index, "count": counts.to_numpy()})
    spellings["same"] = [" ".join(str(name).split()).casefold() for name in spellings["name"]]
    # The commonest first; of spellings as common as each other that of the earlier row, unless blanks surround it.
    spellings["tidy"] = spellings["name"].map(lambda name: name == " ".join(name.split()))
    best = spellings.sort_values(["count", "tidy"], ascending=False, kind="stable").drop_duplicates("same")
    usual = spellings["same"].map(best.set_index("same")["name"])
    other = dict(zip(spellings["name"][spellings["name"] != usual], usual[spellings["name"] != usual], strict=True))

    def words(value: str) -> Words:
        return "differs only in case or blanks from another unit", f"write {other[value]}"

    found.note(unit.isin(list(other)).to_numpy(bool), "unit", unit, words)
