"""The demo's language model in plain PyTorch, trained on batches of its shape: positions per second as JSON."""

import argparse
import json
import math
import resource
import time

import torch
from torch import nn
from torch.nn import functional as F

BOOKS, SIZE, PIECES = 4, 2048, 512
CROPS = ((128, 20, 0.4), (8, 72, 1.0), (2, 420, 1.0))  # items, frames, weight
TEXT = 24  # tokens of a caption


class T5Layer(nn.Module):
    def __init__(self, d=128, heads=4, inner=128, ff=512):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.RMSNorm(d, eps=1e-6), nn.RMSNorm(d, eps=1e-6)
        self.qkv, self.out = nn.Linear(d, 3 * inner, bias=False), nn.Linear(inner, d, bias=False)
        self.wi, self.wo = nn.Linear(d, ff, bias=False), nn.Linear(ff, d, bias=False)

    def forward(self, x, bias):
        b, s, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, s, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, bias.expand(b, -1, -1, -1), scale=1.0)
        x = x + self.out(mixed.transpose(1, 2).reshape(b, s, -1))
        return x + self.wo(F.relu(self.wi(self.norm2(x))))


class Layer(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList(nn.LayerNorm(d) for _ in range(3))
        self.qkv, self.out = nn.Linear(d, 3 * d, bias=False), nn.Linear(d, d, bias=False)
        self.q, self.kv = nn.Linear(d, d, bias=False), nn.Linear(d, 2 * d, bias=False)
        self.cross_out = nn.Linear(d, d, bias=False)
        self.fc1, self.fc2 = nn.Linear(d, 4 * d, bias=False), nn.Linear(4 * d, d, bias=False)

    def split(self, x, parts):
        b, t, _ = x.shape
        return x.view(b, t, parts, self.heads, -1).permute(2, 0, 3, 1, 4)

    def forward(self, x, states):
        b, t, d = x.shape
        q, k, v = self.split(self.qkv(self.norms[0](x)), 3)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(b, t, d))
        (q,), (k, v) = self.split(self.q(self.norms[1](x)), 1), self.split(self.kv(states), 2)
        mixed = F.scaled_dot_product_attention(q, k, v)
        x = x + self.cross_out(mixed.transpose(1, 2).reshape(b, t, d))
        return x + self.fc2(F.gelu(self.fc1(self.norms[2](x))))


class Model(nn.Module):
    def __init__(self, d=192, heads=3, layers=5, text=128):
        super().__init__()
        self.text_embedding = nn.Embedding(PIECES, text)
        self.position_bias = nn.Embedding(32, 4)
        self.text_layers = nn.ModuleList(T5Layer() for _ in range(2))
        self.text_norm, self.projection = nn.RMSNorm(text, eps=1e-6), nn.Linear(text, d)
        self.embeddings = nn.ModuleList(nn.Embedding(SIZE + 1, d) for _ in range(BOOKS))
        self.layers = nn.ModuleList(Layer(d, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(d)
        self.heads = nn.ModuleList(nn.Linear(d, SIZE, bias=False) for _ in range(BOOKS))
        p, i = torch.arange(1500.0)[:, None], torch.arange(d // 2)[None]
        phase = p / 10000 ** (i / (d // 2 - 1))
        self.register_buffer("positions", torch.cat([phase.cos(), phase.sin()], 1))
        distance = torch.arange(TEXT)[None] - torch.arange(TEXT)[:, None]
        self.register_buffer("buckets", distance.clamp(-15, 15) % 32)

    def forward(self, codes, text):
        bias = self.position_bias(self.buckets).permute(2, 0, 1)[None]
        states = self.text_embedding(text)
        for layer in self.text_layers:
            states = layer(states, bias)
        states = self.projection(self.text_norm(states))
        x = sum(e(codes[..., k]) for k, e in enumerate(self.embeddings))
        x = x + self.positions[: codes.shape[1]]
        for layer in self.layers:
            x = layer(x, states)
        x = self.norm(x)
        return [head(x) for head in self.heads]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--updates", type=int, default=6)
    parser.add_argument("--warm-up", type=int, default=2)
    arguments = parser.parse_args()
    torch.manual_seed(1)
    model = Model()
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3, (0.9, 0.95), weight_decay=0.05, fused=True)
    averages = [p.detach().clone() for p in model.parameters()]
    batches = [(torch.randint(0, SIZE, (items, frames, BOOKS)), torch.randint(0, PIECES, (items, TEXT)), weight)
               for items, frames, weight in CROPS]
    positions = sum(items * frames for items, frames, _ in CROPS)
    for update in range(arguments.warm_up + arguments.updates):
        if update == arguments.warm_up:
            start = time.perf_counter()
        loss = 0.0
        for codes, text, weight in batches:
            logits = model(codes, text)
            loss = loss + weight / BOOKS * sum(
                F.cross_entropy(logits[k].flatten(0, 1), codes[..., k].flatten()) for k in range(BOOKS))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        torch._foreach_lerp_(averages, [p.detach() for p in model.parameters()], 0.01)
        assert math.isfinite(loss.item())
    seconds = time.perf_counter() - start
    print(json.dumps({"positions_per_s": positions * arguments.updates / seconds,
                      "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
