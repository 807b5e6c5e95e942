"""What a file may cost: each number is a promise to whoever waits, and every message about one names it."""

MIB = 1024 * 1024

MAX_BYTES = 512 * MIB
"""Size of a file. A million reports as CSV are about 300 MiB."""
MAX_ROWS = 2_000_000
MAX_COLUMNS = 1_000
MAX_FAULTS = 10_000
"""Rows that are no reports at all, before a file is given up."""
MAX_CELLS = 50_000_000
"""Cells of a sheet, empty ones too: two cells at opposite ends of a sheet are 17 thousand million."""
MAX_BLANKS = 50
BLANKS_FROM = 500_000
"""Blank cells of a sheet for each that is there, beyond the first half million: they cost time and say nothing."""
MAX_UNPACKED = 256 * MIB
"""Size of all that a zip archive (XLSX, KMZ) unpacks to."""
MAX_MEMBERS = 2_000
"""Files in a zip archive."""
MAX_RATIO = 250
"""Times that a file in an archive may grow when it is unpacked. Sheets of numbers grow 10 to 50 times."""
RATIO_FROM = 4 * MIB
"""Below this size growth is no harm: a sheet of blanks packs well."""
MAX_ANSWER = 1024 * MIB
"""Size of the text that the parsing process hands back."""


def seconds(size: int) -> int:
    """Seconds that a file of so many bytes may take: 10, and one more for every 2 MiB."""
    return 10 + size // (2 * MIB)


def memory(size: int) -> int:
    """Bytes of address space that a file of so many bytes may take: 1 GiB and 24 times its size, at most 8 GiB."""
    return min(1024 * MIB + 24 * size, 8 * 1024 * MIB)
