"""The transformer as an OpenVINO graph, built operation by operation: no model file, no torch.

A BERT encoder (Devlin et al. 2019, arXiv:1810.04805) whose last layer is averaged over the tokens
of each text. It begins after the embeddings, which ``embedding.py`` looks up.
"""

import sys
from threading import Lock
from typing import Any, Literal

import numpy as np

from libs.adapters.e5.weights import Floats, Layer, Linear, Norm, Weights

# OpenVINO imports its model converter, which on import sends an event to Google Analytics and
# writes to $HOME. OpenVINO expects that the converter may be missing, and so it is here.
sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]  # None forbids an import

import openvino  # noqa: E402  # after the converter was ruled out
from openvino import opset13 as op  # noqa: E402  # after the converter was ruled out

Precision = Literal["bf16", "int8"]
"""bf16 where the processor multiplies matrices in it (AMX), else weights in int8."""

Node = Any  # openvino ships no types
_ALWAYS = {"NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
_FOR: dict[Precision, dict[str, object]] = {
    "bf16": {"INFERENCE_PRECISION_HINT": "bf16"},
    # One scale per token for what enters a matrix: a cosine of .999 to float32.
    "int8": {"INFERENCE_PRECISION_HINT": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 384},
}
_HIDDEN_SCORE = 1e4
"""Subtracted from what attention must not see; 16 bits would overflow from much more."""


def build(weights: Weights, precision: Precision) -> Node:
    """Return the model: embedded tokens and their mask to one vector per text."""
    hidden = weights.embeddings.places.shape[1]
    tokens = op.parameter([-1, -1, hidden], np.float32, name="tokens")
    mask = op.parameter([-1, -1], np.float32, name="mask")
    builder = _Builder(weights, precision)
    state = tokens
    unseen = builder.unseen(mask)
    for layer in weights.layers:
        state = builder.layer(state, unseen, layer)
    return openvino.Model([builder.mean(state, mask)], [tokens, mask], "multilingual-e5-small")


class _Builder:
    def __init__(self, weights: Weights, precision: Precision) -> None:
        self._heads = weights.heads
        self._epsilon = weights.epsilon
        self._precision = precision

    def layer(self, state: Node, unseen: Node, layer: Layer) -> Node:
        query, key, value = (
            self._split(self._linear(state, each)) for each in (layer.query, layer.key, layer.value)
        )
        attended = op.scaled_dot_product_attention(query, key, value, unseen)
        joined = op.reshape(op.transpose(attended, _ints(0, 2, 1, 3)), _ints(0, 0, -1), True)  # noqa: FBT003  # positional in openvino
        state = self._norm(op.add(state, self._linear(joined, layer.attended)), layer.attended_norm)
        wide = op.gelu(self._linear(state, layer.widen), "erf")
        return self._norm(op.add(state, self._linear(wide, layer.narrow)), layer.output_norm)

    def unseen(self, mask: Node) -> Node:
        """Return what is added to attention scores: nothing for tokens, a lot less for padding."""
        spread = op.unsqueeze(op.unsqueeze(mask, _ints(1)), _ints(1))
        return op.multiply(op.subtract(spread, _floats(1.0)), _floats(_HIDDEN_SCORE))

    def mean(self, state: Node, mask: Node) -> Node:
        total = op.reduce_sum(op.multiply(state, op.unsqueeze(mask, _ints(2))), _ints(1))
        return op.divide(total, op.reduce_sum(mask, _ints(1), keep_dims=True))

    def _split(self, state: Node) -> Node:
        """Return texts x tokens x hidden as texts x heads x tokens x a head's share."""
        parted = op.reshape(state, _ints(0, 0, self._heads, -1), True)  # noqa: FBT003  # positional in openvino
        return op.transpose(parted, _ints(0, 2, 1, 3))

    def _linear(self, state: Node, linear: Linear) -> Node:
        if self._precision == "int8":
            # One scale per output; the plugin recognises this pattern and multiplies in int8.
            scales = np.abs(linear.weight).max(axis=1, keepdims=True) / 127
            rounded = np.clip(np.rint(linear.weight / scales), -127, 127).astype(np.int8)
            weight = op.multiply(op.convert(op.constant(rounded), "f32"), _floats(scales))
        else:
            weight = _floats(linear.weight)
        return op.add(op.matmul(state, weight, False, True), _floats(linear.bias))  # noqa: FBT003  # positional in openvino

    def _norm(self, state: Node, norm: Norm) -> Node:
        even = op.mvn(state, _ints(-1), True, self._epsilon, "inside_sqrt")  # noqa: FBT003  # positional in openvino
        return op.add(op.multiply(even, _floats(norm.scale)), _floats(norm.shift))


def _floats(values: Floats | float) -> Node:
    return op.constant(np.ascontiguousarray(np.asarray(values, dtype=np.float32)))


def _ints(*values: int) -> Node:
    return op.constant(np.array(values, dtype=np.int64))


def compiled(weights: Weights, precision: Precision, *, threads: int) -> Node:
    """Return the graph compiled for this processor; it holds its own copy of the weights."""
    options = {"INFERENCE_NUM_THREADS": threads, **_ALWAYS, **_FOR[precision]}
    return openvino.Core().compile_model(build(weights, precision), "CPU", options)


class Lane:
    """One way through the compiled graph: one batch at a time; lanes take turns, batch by batch."""

    def __init__(self, graph: Node) -> None:
        """Take the compiled graph, which lanes share."""
        self._request = graph.create_infer_request()
        self._lock = Lock()

    def __call__(self, tokens: Floats, mask: Floats) -> Floats:
        """Return one vector per text of the batch."""
        with self._lock:
            self._request.infer({0: tokens, 1: mask}, share_inputs=True)
            vectors: Floats = self._request.get_output_tensor(0).data.copy()
        return vectors
