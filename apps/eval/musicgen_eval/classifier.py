"""A small network that tells style, lead, chords and drums of a sound.

    judge = SoundClassifier.train(sounds, attributes)       # seconds of sound decoded from songs' codes
    judge.save("judge.pt"); judge = SoundClassifier.load("judge.pt")
    judge.predict(sounds)["style"]                          # [B] numbers, as in src/compose/instruments.h

It knows the demo's palette alone and is a few minutes' work on two cores.
"""

import numpy as np
import torch
from torch import nn

from .sounds import MELS, log_mel

CLASSES = {"style": 7, "lead": 5, "chords": 4, "drums": 2}
STYLES = ("pop", "rock", "lofi", "techno", "jazz", "waltz", "ambient")
CROP_FRAMES = 240  # of 20 ms, in training
CHANNELS = (24, 48, 96)


def features(sound):
    """[MELS, frames of 20 ms], about 0 ± 1; two frames of log_mel make one."""
    level = log_mel(sound)
    level = level[:, :level.shape[1] // 2 * 2].reshape(MELS, -1, 2).mean(axis=2)
    return torch.from_numpy(((level + 45) / 20).astype(np.float32))


class _Network(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [], 1
        for out in CHANNELS:
            layers += [nn.Conv2d(channels, out, 5 if channels == 1 else 3, stride=2, padding=2 if channels == 1 else 1),
                       nn.BatchNorm2d(out), nn.ReLU()]
            channels = out
        self.layers = nn.Sequential(*layers)
        # Bands keep their places; over time the mean, the maximum and the spread.
        self.penultimate = nn.Sequential(nn.Linear(channels * (MELS // 8) * 3, 128), nn.ReLU())
        self.dropout = nn.Dropout(0.3)
        self.heads = nn.ModuleDict({name: nn.Linear(128, count) for name, count in CLASSES.items()})

    def embed(self, batch):
        maps = self.layers(batch[:, None]).flatten(1, 2)  # [B, channels × bands, frames]
        return self.penultimate(torch.cat([maps.mean(2), maps.amax(2), maps.std(2)], 1))

    def forward(self, batch):
        embedded = self.dropout(self.embed(batch))
        return {name: head(embedded) for name, head in self.heads.items()}


class SoundClassifier:
    def __init__(self, network):
        self.network = network.eval()

    @classmethod
    def train(cls, sounds, attributes, epochs=40, batch=32, seed=1, report=lambda text: None):
        """`sounds`: float32 [N] each, 5 s or more; `attributes`: a dict each with style, lead, chords and drums."""
        torch.manual_seed(seed)
        inputs = [features(sound) for sound in sounds]
        targets = {name: torch.tensor([a[name] for a in attributes]) for name in CLASSES}
        network = _Network()
        optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.02)
        steps = -(-len(inputs) // batch) * epochs
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
        for epoch in range(epochs):
            total = 0.0
            for chosen in torch.randperm(len(inputs)).split(batch):
                if len(chosen) == 1:  # which has no batch statistics
                    schedule.step()
                    continue
                crops = torch.stack([_crop(inputs[i]) for i in chosen])
                loss = sum(nn.functional.cross_entropy(logits, targets[name][chosen])
                           for name, logits in network(crops).items())
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                total += loss.item() * len(chosen)
            report(f"classifier: epoch {epoch + 1} of {epochs}, loss {total / len(inputs):.3f}")
        return cls(network)

    @torch.no_grad()
    def predict(self, sounds):
        """The most probable number of each attribute: a dict of [B]."""
        chosen = {name: [] for name in CLASSES}
        for sound in sounds:
            for name, logits in self.network(features(sound)[None]).items():
                chosen[name].append(int(logits.argmax()))
        return {name: np.array(numbers) for name, numbers in chosen.items()}

    @torch.no_grad()
    def embed(self, sounds, window_s=1.0):
        """[windows, 128]: what the network makes of each second, for distances between sets of sounds."""
        frames, rows = int(window_s * 50), []
        for sound in sounds:
            level = features(sound)
            windows = level[:, :level.shape[1] // frames * frames].reshape(MELS, -1, frames).transpose(0, 1)
            rows.append(self.network.embed(windows).numpy())
        return np.concatenate(rows)

    def save(self, path):
        torch.save(self.network.state_dict(), path)

    @classmethod
    def load(cls, path):
        network = _Network()
        network.load_state_dict(torch.load(path, weights_only=True))
        return cls(network)


def _crop(level):
    begin = int(torch.randint(max(1, level.shape[1] - CROP_FRAMES + 1), ()))
    crop = level[:, begin:begin + CROP_FRAMES]
    return crop + 0.15 * torch.randn(())  # the level says nothing
