"""Where work stands, as a distribution over the seven stages, and how far two works are apart."""

from functools import cache

from libs.kernel.vocabulary import STAGES

Distribution = tuple[float, ...]
"""Seven probabilities that sum to 1."""

DECLARED = 0.8
NEIGHBOUR = 0.1


def distribution(stage: int) -> Distribution:
    """Return .8 on a declared stage and .1 on each neighbour; flat for any other number.

    At both ends of the row the tenth that has no neighbour stays on the declared stage.
    """
    if stage not in STAGES:
        return tuple(1 / len(STAGES) for _ in STAGES)
    weights = {stage: DECLARED}
    for neighbour in (stage - 1, stage + 1):
        place = neighbour if neighbour in STAGES else stage
        weights[place] = weights.get(place, 0.0) + NEIGHBOUR
    return tuple(weights.get(place, 0.0) for place in STAGES)


def gap(own: Distribution, other: Distribution, ahead: int) -> float:
    """Return the probability that the other is ``ahead`` stages further; negative means behind."""
    return sum(
        chance * other[place + ahead]
        for place, chance in enumerate(own)
        if 0 <= place + ahead < len(other)
    )


@cache
def nearness(own: int, other: int) -> float:
    """Return how much two stages are similar: the same counts whole, one apart half."""
    one, two = distribution(own), distribution(other)
    return gap(one, two, 0) + 0.5 * (gap(one, two, 1) + gap(one, two, -1))
