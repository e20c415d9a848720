"""ONNX (https://onnx.ai): two Gemm, a Sigmoid and a Softmax."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from simplenet.network import Params, SimpleNet
from simplenet.storage import KEY, as_json

ENDS: tuple[list[tuple[str, int]], ...] = ([], [("Softmax", 1)], [("Softmax", -1)])
"""What may come after the second layer: the type of a node, and its axis."""

OPSET, IR = 13, 8
"""Versions of 2020 and 2021: old runtimes read them, too."""


def write(net: SimpleNet, metadata: Mapping[str, Any]) -> bytes:
    """Return a network as an ONNX model.

    Its input ``x`` has the shape (n, inputs), pixels in [0, 1], its output ``y`` (n, classes), the
    probabilities; both have the precision of the network.
    """
    kind = TensorProto.FLOAT if net.dtype == np.float32 else TensorProto.DOUBLE
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["x", "W1", "b1"], ["s1"]),
            helper.make_node("Sigmoid", ["s1"], ["a1"]),
            helper.make_node("Gemm", ["a1", "W2", "b2"], ["s2"]),
            helper.make_node("Softmax", ["s2"], ["y"], axis=1),
        ],
        "SimpleNet",
        [helper.make_tensor_value_info("x", kind, ["n", net.input_size])],
        [helper.make_tensor_value_info("y", kind, ["n", net.output_size])],
        [
            numpy_helper.from_array(np.ascontiguousarray(value), key)
            for key, value in net.params.items()
        ],
    )
    model = helper.make_model(
        graph,
        producer_name="SimpleNet Lab",
        ir_version=IR,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    helper.set_model_props(model, {KEY: as_json(metadata)})
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def read(content: bytes) -> tuple[Params, dict[str, Any]]:
    """Return the parameters of an ONNX model of the same architecture, and what is known of it.

    Raises
    ------
    ValueError
        If it is none, or of another architecture; it says what is different.
    """
    try:
        model = onnx.load_model_from_string(content)
    except Exception as error:  # protobuf's DecodeError, in one of two implementations.
        raise ValueError("it is no ONNX model") from error
    try:
        return _parsed(model)
    # What a damaged one may have for a name, a type, a number.
    except (TypeError, KeyError, IndexError, OverflowError, AttributeError) as error:
        raise ValueError(f"it is damaged: {error}") from error


def _parsed(model: Any) -> tuple[Params, dict[str, Any]]:
    """Return what `read` does of a model that protobuf could read."""
    graph = model.graph
    if any(one.data_location == TensorProto.EXTERNAL for one in graph.initializer):
        raise ValueError("its weights are in another file: save them within it")
    held = {one.name: one for one in graph.initializer}
    nodes = list(graph.node)
    if any(before.output[0] not in node.input for before, node in pairwise(nodes)):
        raise ValueError("its nodes are no chain: each must take what the one before it gives")
    first = _layer(nodes, held)
    between = nodes.pop(0).op_type if nodes else ""
    second = _layer(nodes, held)
    rest = [(node.op_type, _attributes(node).get("axis", 1)) for node in nodes]
    if first is None or second is None or between != "Sigmoid" or rest not in ENDS:
        kinds = ", ".join(str(node.op_type) for node in graph.node)
        raise ValueError(
            "it must be two linear layers with a Sigmoid between them, and a Softmax over the "
            f"classes at the end, or nothing; it has {kinds or 'no nodes'}"
        )
    (w1, b1), (w2, b2) = first, second
    props = {one.key: one.value for one in model.metadata_props}
    return {"W1": w1, "b1": b1, "W2": w2, "b2": b2}, _known(props.get(KEY))


def _layer(nodes: list[Any], held: dict[str, Any]) -> tuple[NDArray[Any], NDArray[Any]] | None:
    """Take a linear layer away from the front; return its weights and biases, or None."""
    kinds = [node.op_type for node in nodes[:2]]
    if kinds[:1] == ["Gemm"]:
        node = nodes.pop(0)
        given = _attributes(node)
        plain = given.get("alpha", 1.0) == given.get("beta", 1.0) == 1.0 and not given.get("transA")
        if not plain or len(node.input) != 3 or not {*node.input[1:]} <= set(held):
            return None
        w, b = (numpy_helper.to_array(held[name]) for name in node.input[1:])
        return (w.T if given.get("transB") else w), b.ravel()
    if kinds == ["MatMul", "Add"]:
        product, addition = nodes.pop(0), nodes.pop(0)
        found = [held[name] for name in (product.input[1], *addition.input) if name in held]
        if len(found) == 2:
            w, b = map(numpy_helper.to_array, found)
            return w, b.ravel()
    return None


def _attributes(node: Any) -> dict[str, Any]:
    """Return the attributes of a node by name."""
    return {one.name: helper.get_attribute_value(one) for one in node.attribute}


def _known(text: str | None) -> dict[str, Any]:
    """Return what is known of a network, as it was written; nothing if it is something else."""
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
