"""The parts of the transformers encoder that need no model."""

import threading
from itertools import count

import pytest

from libs.adapters.transformers.address import Choice
from libs.adapters.transformers.turns import Turns
from libs.kernel.errors import SettingsError

E5 = "sentence-transformers:intfloat/multilingual-e5-small"


def test_a_url_names_a_model_and_how_its_texts_begin() -> None:
    choice = Choice.parse(f"{E5}?query_prompt=query:%20&passage_prompt=passage:%20&backend=onnx")
    assert choice.model == "intfloat/multilingual-e5-small"
    assert (choice.query_prompt, choice.passage_prompt) == ("query: ", "passage: ")
    assert (choice.backend, choice.fusion_weight) == ("onnx", 0.5)


def test_a_model_may_be_a_folder() -> None:
    assert Choice.parse("sentence-transformers:/models/ours/").model == "/models/ours/"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sentence-transformers:", "a model is missing"),
        (f"{E5}?prompt=x", "unknown prompt"),
        (f"{E5}?backend=tensorflow", "none of torch, onnx, openvino"),
        (f"{E5}?fusion_weight=2", "between 0 and 1"),
        (f"{E5}?fusion_weight=much", "could not convert"),
    ],
)
def test_a_url_that_is_wrong_says_how_to_write_it(url: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Choice.parse(url)


def test_whatever_may_change_vectors_changes_the_name() -> None:
    urls = [
        E5,
        E5.replace("small", "base"),
        E5.replace("intfloat", "others"),
        f"{E5}?revision=v2",
        f"{E5}?query_prompt=query:%20",
        f"{E5}?passage_prompt=query:%20",
        f"{E5}?passage_prompt=",
    ]
    names = [Choice.parse(url).name for url in urls]
    assert len(set(names)) == len(urls)
    assert Choice.parse(f"{E5}?backend=openvino&fusion_weight=0.4").name == names[0]
    for name in names:
        assert name.replace("-", "").isalnum()
        assert name.rpartition("-")[2].isdigit()


def test_a_query_goes_before_what_is_left_of_a_bulk() -> None:
    turns = Turns()
    order: list[str] = []
    has_begun, may_go_on = threading.Event(), threading.Event()

    def bulk() -> None:
        for step in count():
            with turns.turn("passage"):
                order.append("passage")
                has_begun.set()
                may_go_on.wait(10)
            if "query" in order or step > 1_000:
                return

    def query() -> None:
        with turns.turn("query"):
            order.append("query")

    threads = [threading.Thread(target=bulk), threading.Thread(target=query)]
    threads[0].start()
    assert has_begun.wait(10)
    threads[1].start()
    while not turns.waiting_queries:
        threads[1].join(0.001)
    may_go_on.set()
    for thread in threads:
        thread.join(10)
    assert order[:2] == ["passage", "query"]
