"""P2: the encoder as the services get it, which remembers and counts, against the encoder alone."""

from collections.abc import Sequence
from functools import partial

from libs.ports.encoder import Encoder
from libs.runtime.batches import LEAST as BATCH
from libs.runtime.bench.rounds import ROUNDS, Pair, interleaved, rate

LEAST_RATIO = 0.9


def measure(bare: Encoder, wired: Encoder, texts: Sequence[str]) -> Pair:
    """Return the ratio of passages a second, over texts of which none comes twice."""
    share = len(texts) // ROUNDS
    parts = [list(texts[start : start + share]) for start in range(0, share * ROUNDS, share)]
    left = {"wired": list(parts), "bare": list(parts)}

    def next_part(side: str, encoder: Encoder) -> float:
        part = left[side].pop()
        return rate(partial(_in_batches, encoder, part), len(part))

    sides = interleaved(
        {"wired": partial(next_part, "wired", wired), "bare": partial(next_part, "bare", bare)}
    )
    return Pair(
        goal="P2",
        what=f"encoder as services get it ({bare.name})",
        unit="passages/s",
        against="encoder alone",
        ours=sides["wired"],
        theirs=sides["bare"],
        least=LEAST_RATIO,
        note=f"{len(texts)} passages of {_words(texts):.0f} words, {BATCH} at a time",
    )


def bare_encoder(name: str) -> Encoder:
    """Return an encoder with nothing around it."""
    if name == "use":
        from libs.adapters.use.encoder import open_encoder as open_use  # noqa: PLC0415  # an extra

        return open_use()
    from libs.adapters.e5.encoder import open_encoder as open_e5  # noqa: PLC0415

    return open_e5()


def _in_batches(encoder: Encoder, texts: Sequence[str]) -> None:
    for start in range(0, len(texts), BATCH):
        encoder.encode(texts[start : start + BATCH], "passage")


def _words(texts: Sequence[str]) -> float:
    return sum(len(text.split()) for text in texts) / len(texts)
