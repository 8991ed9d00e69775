"""A model at work on the GPU: decoding, likelihood, encoding, repairs, paths and maps."""

from __future__ import annotations

import time
from concurrent.futures import Future

import numpy as np
import torch
from numpy.typing import NDArray

from explorer.image_lab.inpainting import complete
from explorer.image_lab.paths.geodesics import ITERATIONS, SEGMENTS, geodesic
from explorer.inference.decoding import DecodeService
from explorer.inference.likelihood import batches, importance_estimates, per_image
from explorer.maps.fits import DEFAULTS
from explorer.maps.fits.torchdr_fit import fit_tsne_torchdr, torchdr_module, torchdr_usable
from models import VAE
from support.gpu.common import SHIPPED, Clock, Result, images, peak_mb, shipped_model, sizes_for

AT_ONCE = (1, 32, 256)  # requests
RATE = 1000  # requests a second, evenly spaced
LEAST_S = 0.1
CHUNK = 500  # images between two looks at the clock
ENCODED_AT_ONCE = 50_000


def decode(device: torch.device, budget_s: float) -> Result:
    """The decode service: so many requests at once, again and again, and requests at a steady rate."""
    model, service = shipped_model(device), DecodeService()
    z = np.random.default_rng(0).standard_normal((max(AT_ONCE), model.config.latent)).astype(np.float32)
    each_s = budget_s / (len(AT_ONCE) + 2)
    wait_for([service.submit(model, row) for row in z])  # warms up
    found: Result = {"model": SHIPPED}
    for n in AT_ONCE:
        found[f"{n} at once"] = in_waves(service, model, z[:n], each_s)
    found[f"{RATE} a second"] = at_a_rate(service, model, z, each_s)
    return found


def in_waves(service: DecodeService, model: VAE, z: NDArray[np.float32], seconds: float) -> Result:
    """All of ``z`` requested together; the next ones once all are answered."""
    waits, began = list[float](), time.perf_counter()
    while not waits or time.perf_counter() - began < seconds:
        wait_for([timed(service, model, row, waits) for row in z])
    return latency(waits, time.perf_counter() - began)


def at_a_rate(service: DecodeService, model: VAE, z: NDArray[np.float32], seconds: float) -> Result:
    """One request each 1/``RATE`` seconds, whether or not those before are answered."""
    waits, began, asked = list[float](), time.perf_counter(), list[Future[NDArray[np.uint8]]]()
    while (due := len(asked) / RATE) < max(seconds, LEAST_S):
        time.sleep(max(0.0, began + due - time.perf_counter()))
        asked.append(timed(service, model, z[len(asked) % len(z)], waits))
    wait_for(asked)
    return latency(waits, time.perf_counter() - began)


def timed(service: DecodeService, model: VAE, z: NDArray[np.float32], waits: list[float]) -> Future[NDArray[np.uint8]]:
    """A request whose milliseconds are appended when it is answered."""
    asked = time.perf_counter()
    answer = service.submit(model, z)
    answer.add_done_callback(lambda _: waits.append(1000 * (time.perf_counter() - asked)))
    return answer


def wait_for(answers: list[Future[NDArray[np.uint8]]]) -> None:
    """Until all are there; raises where one failed."""
    for answer in answers:
        answer.result(timeout=60)


def latency(waits: list[float], seconds: float) -> Result:
    """Percentiles of the waits, and requests answered a second."""
    p50, p95 = np.percentile(waits, [50, 95])
    return {
        "p50_ms": round(float(p50), 3),
        "p95_ms": round(float(p95), 3),
        "decodes_per_s": round(len(waits) / seconds),
    }


def likelihood(device: torch.device, budget_s: float) -> Result:
    """log p(x) by importance sampling, with as many images as the time allows."""
    sizes, model, clock = sizes_for(device), shipped_model(device), Clock(device, budget_s)
    pixels, nats = images(sizes.likelihood), list[NDArray[np.float64]]()
    importance_estimates(model, pixels[:10], sizes.samples)  # warms up
    began = clock.seconds
    for start in range(0, len(pixels), CHUNK):
        if nats and clock.over:
            break
        nats.append(importance_estimates(model, pixels[start : start + CHUNK], sizes.samples).log_likelihood)
    done, seconds = sum(map(len, nats)), clock.seconds - began
    return {
        "samples": sizes.samples,
        "images": done,
        "seconds": round(seconds, 2),
        "seconds_for_all": round(seconds * len(pixels) / done, 2),
        "all": len(pixels),
        "nll_nats": round(-float(np.concatenate(nats).mean()), 3),
        "peak_mb": peak_mb(device),
    }


def encode(device: torch.device, budget_s: float) -> Result:
    """Posteriors of a million images by the encoder alone, and with their ELBO and error as latents have them."""
    n, model, found = sizes_for(device).encoded, shipped_model(device), Result()
    pixels = images(min(n, ENCODED_AT_ONCE))
    for name, work in (("encoder", encoder_alone), ("latents", per_image)):
        work(model, pixels[:1000])  # warms up
        clock, done = Clock(device, budget_s / 2), 0
        while not done or (done < n and not clock.over):
            work(model, pixels)
            done += len(pixels)
        found[name] = {"images": done, "seconds_for_all": round(clock.seconds * n / done, 2), "all": n}
    return found | {"peak_mb": peak_mb(device)}


def encoder_alone(model: VAE, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Posterior means [N, K]."""
    with torch.inference_mode():
        return torch.cat([model.encode(x).mu for x in batches(pixels, next(model.parameters()).device)]).cpu().numpy()


def repairs(device: torch.device, budget_s: float) -> Result:
    """The search for completions of a half hidden image, and a geodesic between two codes; the second run counts."""
    model, steps = shipped_model(device), sizes_for(device).steps
    image, mask = images(1)[0], np.zeros(model.config.shape[1:], bool)
    mask[: len(mask) // 2] = True
    start, end = np.random.default_rng(0).standard_normal((2, model.config.latent)).astype(np.float32)
    found: Result = {"steps_of_the_search": steps, "iterations_of_the_geodesic": ITERATIONS}
    for _ in range(2):
        clock = Clock(device)
        completions = complete(model, image, mask, steps=steps)
        found |= {"completions": len(completions), "search_s": round(clock.seconds, 3)}
        clock = Clock(device)
        geodesic(model, start, end, SEGMENTS, lambda done: None)
        found["geodesic_s"] = round(clock.seconds, 3)
    return found


def maps(device: torch.device, budget_s: float) -> Result:
    """t-SNE of the posterior means by TorchDR."""
    if not torchdr_usable():
        return {"skipped": "needs CUDA and TorchDR (pip install torchdr matplotlib)"}
    mu = encoder_alone(shipped_model(device), images(sizes_for(device).mapped))
    mu = mu + 1e-4 * np.random.default_rng(0).standard_normal(mu.shape).astype(np.float32)  # repeated images lie apart
    clock = Clock(device)
    torchdr_module()
    import_s, clock = clock.seconds, Clock(device)
    points = fit_tsne_torchdr(mu, DEFAULTS, None)
    return {
        "points": len(mu),
        "import_s": round(import_s, 2),
        "seconds": round(clock.seconds, 2),
        "finite": bool(np.isfinite(points).all()),
        "peak_mb": peak_mb(device),
    }
