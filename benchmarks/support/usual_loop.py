"""The VAE and the loop of the common examples, to compare with: DataLoader, ToTensor, ``item()`` at every step."""

from __future__ import annotations

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class UsualVAE(nn.Module):
    """The VAE of the common examples: 784-400-20."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
        self.fc3, self.fc4 = nn.Linear(20, 400), nn.Linear(400, 784)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pixels [B, 784] to their reconstruction, mu and logvar."""
        hidden = F.relu(self.fc1(x))
        mu, logvar = self.fc21(hidden), self.fc22(hidden)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, logvar


def usual_epoch(
    model: UsualVAE, optimizer: torch.optim.Optimizer, loader: Iterable[tuple[Tensor, Tensor]], device: str
) -> float:
    """Train on every batch of images and labels; the summed loss, nats."""
    total = 0.0
    for x, _labels in loader:
        flat = x.to(device).view(-1, 784)
        optimizer.zero_grad()
        decoded, mu, logvar = model(flat)
        bce = F.binary_cross_entropy(decoded, flat, reduction="sum")
        loss = bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        loss.backward()
        total += loss.item()
        optimizer.step()
    return total
