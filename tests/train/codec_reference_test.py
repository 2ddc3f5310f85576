#!/usr/bin/env python3
"""Fifty updates of a codec's training against the formulas written once more, in plain PyTorch.

The same initial weights and sounds go through CODEC_REFERENCE (codec_reference.cc) and through this file: SEANet, the
residual quantizer with its k-means, moving averages and renewed codes, losses, balancer, discriminators, Adam and the
average of the weights. Skipped where this Python has no torch.
"""

import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    import safetensors.torch
    import torch
except ImportError:
    sys.exit(77)

F = torch.nn.functional
UPDATES, RATE, SAMPLES, ITEMS = 50, 8000, 2048, 3
RATIOS, FILTERS, WIDTH, LSTM, BOOKS, SIZE = [8, 5], 4, 8, 2, 2, 32
N_FFTS, SEED, KMEANS = [256, 512], 11, 20
SETTINGS = {
    "seed": SEED, "sample_rate": RATE,
    "seanet": {"dimension": WIDTH, "n_filters": FILTERS, "ratios": RATIOS, "lstm": LSTM, "init": "variance_preserving"},
    "rvq": {"n_q": BOOKS, "bins": SIZE, "kmeans_iters": KMEANS, "threshold_ema_dead_code": 2},
    "losses": {"adv": 4, "feat": 4, "l1": 0.1, "msspec": 2, "mel": 0.5},
    "msstftd": {"filters": 4, "n_ffts": N_FFTS},
    "optim": {"updates": UPDATES, "lr": 3e-4},
    "dataset": {"batch_size": ITEMS, "segment_duration": SAMPLES / RATE},
}


def sounds():
    """Chords that differ from update to update, [updates, B, 1, N]."""
    generator = torch.Generator().manual_seed(5)
    time = torch.arange(SAMPLES) / RATE
    hz = 100 + 900 * torch.rand(UPDATES, ITEMS, 3, 1, generator=generator)
    chords = torch.sin(2 * math.pi * hz * time).sum(2, keepdim=True) * 0.1
    return (chords + 0.01 * torch.randn(chords.shape, generator=generator)).float()


class Network:
    """SEANet as section 2 of the codec's description lists it, over weights named as in a checkpoint."""

    def __init__(self, weights):
        self.weights = {name: value.clone().requires_grad_(True) for name, value in weights.items()}

    def convolution(self, name):
        gain, direction = self.weights[name + ".weight_g"], self.weights[name + ".weight_v"]
        length = direction.pow(2).sum(tuple(range(1, direction.dim())), keepdim=True).sqrt()
        return gain * direction / length, self.weights[name + ".bias"]

    def conv(self, x, name, stride=1):
        weight, bias = self.convolution(name)
        kernel, frames = weight.shape[2], math.ceil(x.shape[2] / stride)
        right = (kernel - stride) // 2
        left = kernel - stride - right
        extra = (frames - 1) * stride + kernel - (x.shape[2] + left + right)
        return F.conv1d(F.pad(x, (left, right + extra)), weight, bias, stride)

    def transposed(self, x, name, stride):
        weight, bias = self.convolution(name)
        whole = F.conv_transpose1d(x, weight, bias, stride)
        right = (weight.shape[2] - stride) // 2
        left = weight.shape[2] - stride - right
        return whole[:, :, left:whole.shape[2] - right]

    def residual(self, x, name):
        hidden = self.conv(F.elu(x), name + ".block.1.conv")
        return x + self.conv(F.elu(hidden), name + ".block.3.conv")

    def lstm(self, x, name):
        """Step by step, gates i, f, g, o."""
        out = x.permute(2, 0, 1)
        for layer in range(LSTM):
            w_in, w_state, b_in, b_state = (self.weights[f"{name}.lstm.{part}_l{layer}"] for part in
                                            ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
            h = c = torch.zeros(out.shape[1], out.shape[2])
            steps = []
            for frame in out:
                i, f, g, o = (frame @ w_in.T + b_in + h @ w_state.T + b_state).chunk(4, 1)
                c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
                steps.append(h)
            out = torch.stack(steps)
        return out.permute(1, 2, 0) + x

    def encode(self, x):
        x = self.conv(x, "encoder.layers.0.conv")
        index = 1
        for ratio in reversed(RATIOS):
            x = self.residual(x, f"encoder.layers.{index}")
            x = self.conv(F.elu(x), f"encoder.layers.{index + 2}.conv", ratio)
            index += 3
        x = self.lstm(x, f"encoder.layers.{index}")
        return self.conv(F.elu(x), f"encoder.layers.{index + 2}.conv")

    def decode(self, z):
        x = self.lstm(self.conv(z, "decoder.layers.0.conv"), "decoder.layers.1")
        index = 3
        for ratio in RATIOS:
            x = self.transposed(F.elu(x), f"decoder.layers.{index}.conv", ratio)
            x = self.residual(x, f"decoder.layers.{index + 1}")
            index += 3
        return self.conv(F.elu(x), f"decoder.layers.{index}.conv")


class Quantizer:
    def __init__(self, literal):
        self.literal, self.books = literal, []

    @staticmethod
    def generator(update, book):
        return torch.Generator().manual_seed(SEED + 1000003 * update + book)

    @staticmethod
    def draw(rows, generator):
        if len(rows) >= SIZE:
            return rows[torch.randperm(len(rows), generator=generator)[:SIZE]]
        return rows[torch.randint(0, len(rows), (SIZE,), generator=generator)]

    @staticmethod
    def nearest(rows, centres):
        return torch.cdist(rows.double(), centres.double()).argmin(1)

    def initialise(self, rows):
        for k in range(BOOKS):
            centres = self.draw(rows, self.generator(0, k))
            for _ in range(KMEANS):
                owner = self.nearest(rows, centres)
                sizes = torch.bincount(owner, minlength=SIZE).float()
                for v in range(SIZE):
                    if sizes[v] > 0:
                        centres[v] = rows[owner == v].mean(0)
            average = centres.clone() if self.literal else centres * sizes[:, None]
            self.books.append({"embed": centres, "embed_avg": average, "cluster_size": sizes})
            rows = rows - centres[self.nearest(rows, centres)]

    def __call__(self, z, update):
        residual, total, commitments = z, torch.zeros_like(z), []
        for k, book in enumerate(self.books):
            rows = residual.detach().permute(0, 2, 1).reshape(-1, WIDTH)
            owner = self.nearest(rows, book["embed"])
            quantized = book["embed"][owner].reshape(len(z), -1, WIDTH).permute(0, 2, 1)
            dead = book["cluster_size"] < 2
            if dead.any() and not self.literal:
                fresh = self.draw(rows, self.generator(update + 1, k))
                book["embed_avg"][dead] = 2 * fresh[dead]
                book["cluster_size"][dead] = 2.0
            taken = F.one_hot(owner, SIZE).float()
            book["cluster_size"] = 0.99 * book["cluster_size"] + 0.01 * taken.sum(0)
            book["embed_avg"] = 0.99 * book["embed_avg"] + 0.01 * taken.T @ rows
            size = book["cluster_size"].sum()
            smooth = (book["cluster_size"] + 1e-5) / (size + SIZE * 1e-5) * size
            book["embed"] = book["embed_avg"] / smooth[:, None]
            commitments.append(F.mse_loss(residual, quantized))
            residual = residual - quantized
            total = total + quantized
        return z + (total - z).detach(), sum(commitments) / BOOKS


def mel_power(x, n):
    hop, window = n // 4, torch.hann_window(n)
    side = (n - hop) // 2
    x = F.pad(x, (side, side), "reflect")[:, 0]
    x = F.pad(x, (0, -(x.shape[1] - n) % hop))
    frames = x.unfold(1, n, hop) * window
    power = torch.fft.rfft(frames).abs().pow(2) / window.pow(2).sum()
    mel = torch.linspace(2595 * math.log10(1 + 64 / 700), 2595 * math.log10(1 + RATE / 2 / 700), 66,
                         dtype=torch.float64)
    hz = 700 * (10 ** (mel / 2595) - 1)
    bins = torch.linspace(0, RATE / 2, n // 2 + 1, dtype=torch.float64)[:, None]
    up, down = (bins - hz[:-2]) / (hz[1:-1] - hz[:-2]), (hz[2:] - bins) / (hz[2:] - hz[1:-1])
    return power @ torch.minimum(up, down).clamp_min(0).float()


def log_mel(x, n):
    return torch.log10(1e-5 + mel_power(x, n))


def msspec(x, y):
    total = 0
    for n in (64, 128, 256, 512, 1024):
        total = total + (mel_power(x, n) - mel_power(y, n)).abs().mean() + F.mse_loss(log_mel(x, n), log_mel(y, n))
    return total / 10


class Discriminators:
    def __init__(self, weights):
        self.weights = {name: value.clone().requires_grad_(True) for name, value in weights.items()}

    def layer(self, x, name, stride, dilation):
        if name + ".weight" in self.weights:
            weight = self.weights[name + ".weight"]
        else:
            gain, direction = self.weights[name + ".weight_g"], self.weights[name + ".weight_v"]
            weight = gain * direction / direction.pow(2).sum((1, 2, 3), keepdim=True).sqrt()
        padding = ((weight.shape[2] - 1) * dilation // 2, (weight.shape[3] - 1) // 2)
        return F.conv2d(x, weight, self.weights[name + ".bias"], (1, stride), padding, (dilation, 1))

    def __call__(self, sound):
        """(logits, feature maps) of each sub-discriminator."""
        judged = []
        for i, n in enumerate(N_FFTS):
            window = torch.hann_window(n)
            spectrum = torch.fft.rfft(sound[:, 0].unfold(1, n, n // 4) * window) / window.pow(2).sum().sqrt()
            x, maps = torch.stack((spectrum.real, spectrum.imag), 1), []
            for j, (stride, dilation) in enumerate(((1, 1), (2, 1), (2, 2), (2, 4), (1, 1))):
                x = F.leaky_relu(self.layer(x, f"discriminators.{i}.convs.{j}.conv", stride, dilation), 0.3)
                maps.append(x)
            judged.append((self.layer(x, f"discriminators.{i}.conv_post.conv", 1, 1), maps))
        return judged


class Reference:
    """The order of a step, the balancer and the average."""

    def __init__(self, initial, weights, literal=False):
        part = lambda prefix: {name[len(prefix):]: value for name, value in initial.items() if name.startswith(prefix)}
        self.network = Network({name: value for name, value in part("model.").items() if "quantizer" not in name})
        self.quantizer = Quantizer(literal)
        self.loss_weights = weights
        adversary = part("adversary.")
        self.discriminators = Discriminators(adversary) if adversary else None
        self.adam = torch.optim.Adam(self.network.weights.values(), 3e-4, (0.5, 0.9))
        if adversary:
            self.opponent = torch.optim.Adam(self.discriminators.weights.values(), 3e-4, (0.5, 0.9))
        self.norms, self.average, self.average_count, self.update = {}, {}, 0.0, 0

    def train_discriminators(self, fake, real):
        loss = 0
        for (on_fake, _), (on_real, _) in zip(self.discriminators(fake), self.discriminators(real)):
            loss = loss + (F.relu(1 + on_fake).mean() + F.relu(1 - on_real).mean()) / len(N_FFTS)
        self.opponent.zero_grad()
        loss.backward()
        self.opponent.step()
        return loss.item()

    def judge(self, fake, real):
        adv = feat = 0
        for (logits, maps), (_, wanted) in zip(self.discriminators(fake), self.discriminators(real)):
            adv = adv - logits.mean() / len(N_FFTS)
            feat = feat + sum(F.l1_loss(a, b.detach()) for a, b in zip(maps, wanted)) / len(maps) / len(N_FFTS)
        return adv, feat

    def step(self, sound):
        z = self.network.encode(sound)
        if not self.quantizer.books:
            self.quantizer.initialise(z.detach().permute(0, 2, 1).reshape(-1, WIDTH))
        quantized, commitment = self.quantizer(z, self.update)
        decoded = self.network.decode(quantized)[:, :, :SAMPLES]
        log = {"commitment": commitment.item()}
        if self.discriminators:
            log["d_loss"] = self.train_discriminators(decoded.detach(), sound)
        losses = {"l1": F.l1_loss(decoded, sound), "msspec": msspec(decoded, sound),
                  "mel": F.l1_loss(log_mel(decoded, 1024), log_mel(sound, 1024))}
        if self.discriminators:
            losses["adv"], losses["feat"] = self.judge(decoded, sound)
        log |= {name: loss.item() for name, loss in losses.items()}
        self.adam.zero_grad()
        commitment.backward(retain_graph=True)
        share = sum(self.loss_weights[name] for name in losses)
        gradient = 0
        for name, loss in losses.items():
            own, = torch.autograd.grad(loss, decoded, retain_graph=True)
            norms = self.norms.setdefault(name, [])
            norms.append(own.flatten(1).norm(dim=1).mean().item())
            decayed = [0.999 ** (len(norms) - 1 - j) for j in range(len(norms))]
            mean = sum(a * b for a, b in zip(decayed, norms)) / sum(decayed)
            gradient = gradient + self.loss_weights[name] / share / (mean + 1e-12) * own
        decoded.backward(gradient)
        self.adam.step()
        self.update += 1
        self.average_count = 0.99 * self.average_count + 1
        for name, value in self.network.weights.items():
            value = value.detach()
            before = self.average.get(name, value)
            self.average[name] = before + (value - before) / self.average_count
        return log


class CodecReference(unittest.TestCase):
    def compare(self, **changes):
        settings = {key: dict(value) if isinstance(value, dict) else value for key, value in SETTINGS.items()}
        for name, values in changes.items():
            settings.setdefault(name, {}).update(values)
        batches = sounds()
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "settings.yaml").write_text(json.dumps(settings))
            safetensors.torch.save_file({"batches": batches}, folder / "batches.safetensors")
            subprocess.run([os.environ["CODEC_REFERENCE"], folder / "settings.yaml", folder], check=True)
            initial = safetensors.torch.load_file(folder / "initial.safetensors")
            last = safetensors.torch.load_file(folder / "last.safetensors")
            theirs = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        reference = Reference(initial, settings["losses"], settings["rvq"].get("literal", False))
        worst = 0.0
        for sound, log in zip(batches, theirs, strict=True):
            for name, loss in reference.step(sound).items():
                difference = abs(loss - log[name])
                worst = max(worst, difference)
                self.assertLess(difference, 1e-3, (log["update"], name, loss, log[name]))
        print(f"{changes}: losses differ by at most {worst:.1e}", file=sys.stderr)
        for name, value in reference.average.items():
            self.assertLess((last["ema." + name] - value).abs().max(), 1e-3, name)
        renewed = sum(log["renewed"] for log in theirs)
        self.assertGreater(renewed, 0)
        return theirs

    def test_without_an_adversary(self):
        theirs = self.compare(adversarial={"adversaries": []})
        self.assertLess(theirs[-1]["l1"], theirs[0]["l1"])

    def test_against_discriminators_and_to_the_letter_of_audiocraft(self):
        theirs = self.compare(rvq={"literal": True})
        self.assertIn("d_loss", theirs[-1])


if __name__ == "__main__":
    torch.set_num_threads(1)
    unittest.main()
