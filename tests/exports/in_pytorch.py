"""What PyTorch makes of our files: a program of its own, since its import takes seconds."""

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn


class Named(nn.Module):
    """The same network as people write it: layers with names, and the softmax in the loss."""

    def __init__(self, first, last):
        super().__init__()
        self.hidden, self.output = first, last

    def forward(self, x):
        return self.output(torch.sigmoid(self.hidden(x)))


def main(folder):
    """Read `net.pt`, write what it answers to `x.npy`, and the network in PyTorch's own ways."""
    state = torch.load(folder / "net.pt", weights_only=True)
    x = torch.from_numpy(np.load(folder / "x.npy")).to(state["0.weight"].dtype)
    (hidden, inputs), (classes, _) = state["0.weight"].shape, state["2.weight"].shape
    model = nn.Sequential(nn.Linear(inputs, hidden), nn.Sigmoid(), nn.Linear(hidden, classes))
    model = model.to(x.dtype)
    model.load_state_dict(state)
    with torch.no_grad():
        np.save(folder / "y.npy", model(x).softmax(dim=1).numpy())
    torch.save(model.state_dict(), folder / "saved.pt")
    named = Named(model[0], model[2])
    torch.save(named.state_dict(), folder / "named.pt")
    save_file(named.state_dict(), folder / "named.safetensors")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        main(Path(name))
