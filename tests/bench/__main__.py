"""``./dev bench [ROW …]``: measures and prints; it asserts nothing, machines differ."""

import sys

from tests.bench.crowd import raise_limits
from tests.bench.rows import ROWS


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in ROWS]
    if unknown:
        print(f"no row is called {', '.join(unknown)}; there are: {', '.join(ROWS)}", file=sys.stderr)
        return 1
    raise_limits()
    for name in wanted or ROWS:
        for row in ROWS[name]():
            print(f"{row.name:40} {row.value:12,.1f} {row.unit:18} {row.beside}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
