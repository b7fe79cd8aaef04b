"""``state/nodes``: compute nodes with jobs of the user's, and the cluster of each, a line each.

It is what the last lists of jobs said, so a line may be out of date: then the node is closed.
"""

from collections.abc import Iterable, Mapping

# A list of a thousand nodes helps no one who types a name.
MOST_NODES = 64


def to_text(nodes: Mapping[str, str]) -> str:
    return "".join(f"{node}\t{cluster}\n" for node, cluster in nodes.items())


def from_text(text: str) -> dict[str, str]:
    """The nodes with their clusters; a line of another form is passed over."""
    rows = (line.split("\t") for line in text.splitlines())
    return {row[0]: row[1] for row in rows if len(row) == 2 and all(row)}


def seen(before: Mapping[str, str], cluster: str, nodes: Iterable[str]) -> dict[str, str]:
    """The nodes after a list of jobs on ``cluster``, which has the last word on that cluster."""
    others = {node: name for node, name in before.items() if name != cluster}
    fresh = dict.fromkeys(list(dict.fromkeys(nodes))[:MOST_NODES], cluster)
    return {**others, **fresh}
