"""The ground floor: tally, delta, disclosure and coalescer (all pure), bus and fan-out."""
