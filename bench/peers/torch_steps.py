"""The steps of ../steps, as a PyTorch user writes them who wants them fast.

    python3 torch_steps.py vae --mnist <IDX file> --threads 2

Prints one line of JSON: milliseconds of each step, the loss of the first and the last, how many numbers are trained.
"""

import argparse
import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def adam(parameters, **options):
    """Adam by the fastest way this torch has: one fused kernel since 2.4, else its plain loop."""
    parameters = list(parameters)
    try:
        return torch.optim.Adam(parameters, fused=True, **options)
    except (RuntimeError, TypeError):
        return torch.optim.Adam(parameters, foreach=False, **options)


def glorot(network):
    """Weights as ours start: Glorot-uniform, biases at zero."""
    for name, parameter in network.named_parameters():
        if parameter.dim() > 1:
            nn.init.xavier_uniform_(parameter)
        else:
            nn.init.zeros_(parameter)
    return network


def images(path, count, low=0.0):
    """The first MNIST images as numbers in [low, 1], [count, 784]."""
    pixels = torch.frombuffer(bytearray(open(path, "rb").read(16 + 784 * count)), dtype=torch.uint8, offset=16)
    return (low + (1 - low) * pixels.float() / 255).view(count, 784)


def autoencoder():
    encoder = glorot(nn.Sequential(nn.Linear(784, 400), nn.ReLU(), nn.Linear(400, 40)))
    decoder = glorot(nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784)))
    networks = nn.ModuleList([encoder, decoder])
    optimizer = adam(networks.parameters(), lr=1e-3)

    def step(x):
        mean, log_variance = encoder(x).chunk(2, 1)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        count = x.shape[0]
        reconstruction = F.binary_cross_entropy_with_logits(decoder(z), x, reduction="sum") / count
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum() / count
        loss = reconstruction + divergence
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item(), reconstruction.item(), divergence.item()

    return networks, step


def vae(path):
    x = images(path, 128)
    networks, step = autoencoder()
    return networks, lambda: step(x)[0]


def normal(network):
    """Weights as DCGAN's start: N(0, 0.02²), biases at zero, scales at one."""
    for module in network:
        if isinstance(module, nn.BatchNorm2d):
            continue
        for name, parameter in module.named_parameters():
            if name == "weight":
                nn.init.normal_(parameter, 0, 0.02)
            else:
                nn.init.zeros_(parameter)
    return network


def dcgan(path):
    x = images(path, 64, -1.0).view(64, 1, 28, 28)
    generator = normal(
        nn.Sequential(
            nn.Linear(100, 6272, bias=False),
            nn.Unflatten(1, (128, 7, 7)),
            nn.BatchNorm2d(128),
            nn.ReLU(True),
            nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(True),
            nn.ConvTranspose2d(64, 1, 4, 2, 1),
            nn.Tanh(),
        )
    )
    discriminator = normal(
        nn.Sequential(
            nn.Conv2d(1, 64, 4, 2, 1),
            nn.LeakyReLU(0.2, True),
            nn.Conv2d(64, 128, 4, 2, 1),
            nn.LeakyReLU(0.2, True),
            nn.Flatten(),
            nn.Linear(6272, 1),
        )
    )
    # A few per cent faster than the default here.
    for network in (generator, discriminator):
        network.to(memory_format=torch.channels_last)
    x = x.contiguous(memory_format=torch.channels_last)
    optimizer_d = adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    optimizer_g = adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    real, generated = torch.ones(64, 1), torch.zeros(64, 1)

    def step():
        fake = generator(torch.randn(64, 100))
        loss_d = F.binary_cross_entropy_with_logits(discriminator(x), real) + F.binary_cross_entropy_with_logits(
            discriminator(fake.detach()), generated
        )
        optimizer_d.zero_grad(set_to_none=True)
        loss_d.backward()
        optimizer_d.step()
        loss_g = F.binary_cross_entropy_with_logits(discriminator(fake), real)
        optimizer_g.zero_grad(set_to_none=True)
        loss_g.backward()
        optimizer_g.step()
        loss_g.item()
        return loss_d.item()

    return nn.ModuleList([generator, discriminator]), step


class Language(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(64, 64)
        self.lstm = nn.LSTM(64, 256)
        self.head = nn.Linear(256, 64)

    def forward(self, tokens):
        return self.head(self.lstm(self.embedding(tokens))[0])  # [time, batch, vocabulary]


def lstm(_):
    batch, moment = torch.arange(64), torch.arange(65).unsqueeze(1)
    tokens = (7 * batch + moment * moment + batch * moment) % 64  # [time + 1, batch]
    inputs, targets = tokens[:-1].contiguous(), tokens[1:].reshape(-1)
    network = glorot(Language())
    optimizer = adam(network.parameters(), lr=1e-3)

    def step():
        loss = F.cross_entropy(network(inputs).view(-1, 64), targets)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    return network, step


def matmul(_):
    a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
    out = torch.empty(1024, 1024)
    return nn.ModuleList(), lambda: torch.mm(a, b, out=out)[0, 0].item()


def epoch(path):
    """One pass over MNIST, from its file to the last mean of the losses."""
    networks, step = autoencoder()

    def whole():
        pixels = torch.frombuffer(bytearray(open(path, "rb").read()), dtype=torch.uint8, offset=16).view(60000, 784)
        order = torch.randperm(60000)
        totals, steps = [0.0, 0.0, 0.0], 60000 // 128
        for index in range(steps):
            rows = order[index * 128 : (index + 1) * 128]
            losses = step(pixels[rows].float().div_(255))
            totals = [total + loss for total, loss in zip(totals, losses)]
        return totals[0] / steps

    return networks, whole


def clock(step, steps, seconds):
    """As ../clock.mjs: milliseconds of each step, and the loss that each returned."""
    times, losses, spent = [], [], 0.0
    warm = 0 if steps == 1 else 3
    while len(times) < steps:
        begun = time.perf_counter()
        losses.append(step())
        took = time.perf_counter() - begun
        if warm > 0:
            warm = 0 if took > seconds else warm - 1
            continue
        times.append(1000 * took)
        spent += took
        if spent > 3 * seconds or (spent > seconds and len(times) >= 3):
            break
    return times, losses


def main():
    workloads = {"vae": vae, "dcgan": dcgan, "lstm": lstm, "epoch": epoch, "matMul": matmul}
    if sys.argv[1:] == ["--describe"]:
        system_blas = "BLAS_INFO=generic" in torch.__config__.show()
        return print(json.dumps({"version": torch.__version__, "systemBlas": system_blas}))
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", choices=workloads)
    parser.add_argument("--mnist", default="")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=2)
    asked = parser.parse_args()
    if asked.threads:
        torch.set_num_threads(asked.threads)
    torch.manual_seed(1)
    network, step = workloads[asked.workload](asked.mnist)
    times, losses = clock(step, asked.steps, asked.seconds)
    if not all(math.isfinite(loss) for loss in losses):
        raise SystemExit("a loss is not finite")
    parameters = sum(parameter.numel() for parameter in network.parameters())
    report = {"milliseconds": times, "first": losses[0], "last": losses[-1], "parameters": parameters}
    print(json.dumps(report))


main()
