"""Whether numbers of several groups, known exactly, tell something of a few people together (pure).

Who knows how groups voted as a whole knows every sum and difference of these numbers. None may be about few people:
two groups that differ by one voter tell that vote.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction


def tells_of_few(parts: Mapping[int, int], is_few: Callable[[int, int], bool]) -> bool:
    """Whether some sum of multiples of the groups' numbers is about parts that are few, and no other.

    ``parts`` says how many people are in exactly the groups whose bits its key has; ``is_few`` judges a key and its
    number. Such a sum exists where the groups, looked at in the large parts alone, depend on each other and in all
    parts do not: then its numbers cancel out in all large parts.
    """
    present = [key for key, number in parts.items() if number]
    large = [key for key in present if not is_few(key, parts[key])]
    return _rank(large) < _rank(present)


def _rank(columns: list[int]) -> int:
    """The rank of a matrix of ones and noughts; each number holds one column, a bit for each row."""
    height = max((column.bit_length() for column in columns), default=0)
    rows = [[Fraction(column >> row & 1) for column in columns] for row in range(height)]
    rank = 0
    for place in range(len(columns)):
        pivot = next((row for row in rows[rank:] if row[place]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(rank, pivot)
        for row in rows[rank + 1 :]:
            factor = row[place] / pivot[place]
            row[:] = [value - factor * other for value, other in zip(row, pivot, strict=True)]
        rank += 1
    return rank
