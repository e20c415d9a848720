"""Networks from files: SimpleNet's own, and those that other programs wrote."""

from __future__ import annotations

import json

import safetensors.numpy
from safetensors import SafetensorError

from simplenet.exports import json_file, pytorch
from simplenet.network import SimpleNet
from simplenet.storage import KEY, MOST_BYTES, ModelFileError, SavedModel, model_from_bytes, shown


def read_network(content: bytes, name: str = "the file") -> SavedModel:
    """Return the network that a file holds, whoever wrote it.

    Parameters
    ----------
    content : bytes
        SimpleNet's own file, PyTorch's state_dict as safetensors or as ``torch.save`` writes it,
        JSON as `exported` writes it, or ONNX, of two linear layers with a sigmoid between them.
        Which one it is, is seen from the content. No code of it is run.
    name : str
        What an error calls it.

    Raises
    ------
    ModelFileError
        If it is something else, damaged, or a network of another kind.
    ModuleNotFoundError
        If it may be ONNX, and onnx is not installed.
    """
    if len(content) > MOST_BYTES:
        raise ModelFileError(f"{name} is larger than {MOST_BYTES} bytes")
    try:
        if content[:4] == b"PK\x03\x04":
            return SavedModel(SimpleNet.from_params(pytorch.read(content)), {})
        if content[:1] in (b"{", b"[") or content[:3] == b"\xef\xbb\xbf":
            params, metadata = json_file.read(content)
            return SavedModel(SimpleNet.from_params(params), metadata)
        if content[8:9] == b"{":
            return _from_safetensors(content, name)
        from simplenet.exports import onnx_file

        params, metadata = onnx_file.read(content)
        return SavedModel(SimpleNet.from_params(params), metadata)
    except ModelFileError:
        raise
    except ValueError as error:
        raise ModelFileError(f"{name} is not a network that can be read: {shown(error)}") from error


def _from_safetensors(content: bytes, name: str) -> SavedModel:
    """Return the network in a safetensors file, SimpleNet's own or PyTorch's."""
    try:
        arrays = safetensors.numpy.load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except (SafetensorError, KeyError, RecursionError) as error:
        raise ValueError(str(error)) from error
    if KEY in (header.get("__metadata__") or {}):
        return model_from_bytes(content, name)
    in_order = {key: arrays[key] for key in sorted(arrays)}
    return SavedModel(SimpleNet.from_params(pytorch.from_state(in_order)), {})
