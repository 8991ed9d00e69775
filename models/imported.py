"""VAEs that were made elsewhere, with the conventions of their makers: pixels, layout, posterior and output."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from models.ae import POINT_LOGVAR
from models.objectives import Elbo
from models.onnx_graph import OnnxGraph
from models.vae import VAE, LogProb, Posterior, VAEConfig, known

LAYOUTS = ("NCHW", "NHWC", "flat")  # of the images that the networks take and return
SPLITS = ("outputs", "joined", "interleaved")  # where the encoder's two statistics are
SPREADS = ("logvar", "sigma", "log_sigma", "none")  # the second statistic


@dataclass(frozen=True)
class ImportedConfig(VAEConfig):
    """As ``VAEConfig``, without hidden layers to choose.

    Attributes
    ----------
    shift, scale : the encoder is given (x - shift) / scale of the pixels x in [0, 1]; one number, or one a channel.
    rescaled : whether the decoder returns pixels on the encoder's scale, rather than in [0, 1] or as logits.
    """

    hidden: tuple[int, ...] = ()
    shift: tuple[float, ...] = (0.0,)
    scale: tuple[float, ...] = (1.0,)
    rescaled: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("shift", "scale"):
            values = tuple(getattr(self, name))
            object.__setattr__(self, name, values)
            if len(values) not in (1, self.shape[0]) or not all(map(math.isfinite, values)):
                raise ValueError(
                    f"The {name} of the pixels is {list(values)}; give one number, or one for each channel."
                )
        if min(self.scale) <= 0:
            raise ValueError(f"The scale of the pixels is {list(self.scale)}; it must be positive.")


class ImportedVAE(VAE):
    """A VAE whose pixels are on another scale than [0, 1]."""

    config_class: type[VAEConfig] = ImportedConfig
    config: ImportedConfig
    shift: Tensor
    scale: Tensor

    def __init__(self, config: VAEConfig) -> None:
        super().__init__(config)
        assert isinstance(config, ImportedConfig)
        for name in ("shift", "scale"):
            values = torch.tensor(getattr(config, name), dtype=torch.float32).reshape(-1, 1, 1)
            self.register_buffer(name, values, persistent=False)

    def encode(self, x: Tensor) -> Posterior:
        """As the VAE's, of pixels on the model's own scale."""
        return self.posterior((x - self.shift) / self.scale)

    def posterior(self, x: Tensor) -> Posterior:
        """``encode`` of pixels on the model's own scale."""
        return super().encode(x)

    def decode_params(self, z: Tensor) -> Tensor:
        """As the VAE's, with means back on the [0, 1] scale."""
        flat = z.reshape(-1, z.shape[-1])
        pictures = self.pictures(flat).float().reshape(-1, *self.config.shape)
        if self.config.rescaled:
            pictures = pictures * self.scale + self.shift
        return self.output(pictures).reshape(*z.shape[:-1], *self.config.shape)

    def pictures(self, z: Tensor) -> Tensor:
        """What the decoder returns for codes [N, K]: C H W numbers an image."""
        return self.decoder(z)


@dataclass(frozen=True)
class OnnxConfig(ImportedConfig):
    """As ``ImportedConfig``, with what the graphs take and return.

    Attributes
    ----------
    layout : of the images that the encoder takes: "NCHW", "NHWC" or "flat".
    input_shape : of one image as the encoder takes it; empty for what ``layout`` says.
    output_layout : of the images that the decoder returns; empty for ``layout``.
    code_shape : of one code, as the decoder takes it; its product is ``latent``.
    spread : what the encoder returns beside mu: "logvar", "sigma", "log_sigma" or "none".
    split : "outputs" for two outputs; "joined" or "interleaved" where one output holds both.
    places : the numbers of the outputs that hold mu and the spread.
    encodes : whether there is an encoder.
    batched : whether the encoder and the decoder take batches, rather than one image at a time.
    """

    layout: str = "NCHW"
    input_shape: tuple[int, ...] = ()
    output_layout: str = ""
    code_shape: tuple[int, ...] = ()
    spread: str = "logvar"
    split: str = "outputs"
    places: tuple[int, int] = (0, 1)
    encodes: bool = True
    batched: tuple[bool, bool] = (True, True)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, empty in (("code_shape", (self.latent,)), ("input_shape", layout_shape(self.layout, self.shape)),
                            ("places", ()), ("batched", ())):  # fmt: skip
            object.__setattr__(self, name, tuple(getattr(self, name)) or empty)
        object.__setattr__(self, "output_layout", self.output_layout or self.layout)
        for kind, name, table in (("layout", self.layout, LAYOUTS), ("layout", self.output_layout, LAYOUTS),
                                  ("spread", self.spread, SPREADS), ("split", self.split, SPLITS)):  # fmt: skip
            known(kind, name, dict.fromkeys(table))
        if math.prod(self.code_shape) != self.latent:
            raise ValueError(f"A code of shape {list(self.code_shape)} does not have {self.latent} numbers.")
        if math.prod(self.input_shape) != math.prod(self.shape):
            raise ValueError(f"An input of shape {list(self.input_shape)} is no image of {list(self.shape)}.")


def layout_shape(layout: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of one image, channels first, in the layout."""
    channels, height, width = shape
    return {"NHWC": (height, width, channels), "flat": (math.prod(shape),)}.get(layout, shape)


class OnnxVAE(ImportedVAE):
    """An encoder and a decoder that came as ONNX graphs, or a decoder alone; their bytes are the weights."""

    config_class = OnnxConfig
    config: OnnxConfig

    @staticmethod
    def networks(config: VAEConfig) -> tuple[nn.Module, nn.Module]:
        """None yet: they come with the weights (``restored``)."""
        return nn.Identity(), nn.Identity()

    @classmethod
    def restored(cls, config: VAEConfig, tensors: Mapping[str, Tensor]) -> VAE:
        """The model with the graphs "encoder" and "decoder", ONNX files as uint8 [bytes].

        Raises ValueError for graphs that cannot be converted (``OnnxGraph``), RuntimeError where one is missing.
        """
        assert isinstance(config, OnnxConfig)
        wanted = ("encoder", "decoder") if config.encodes else ("decoder",)
        if set(tensors) != set(wanted):
            raise RuntimeError(f"the weights hold {sorted(tensors)}, not {sorted(wanted)}")
        batched = dict(zip(("encoder", "decoder"), config.batched, strict=True))
        return cls.of_graphs(
            config, {name: OnnxGraph(tensors[name].numpy().tobytes(), batched[name]) for name in wanted}
        )

    @classmethod
    def of_graphs(cls, config: VAEConfig, graphs: Mapping[str, nn.Module]) -> OnnxVAE:
        """The model with these modules, each of which returns a list, as "encoder" and "decoder"."""
        model = cls(config)
        for name, graph in graphs.items():
            setattr(model, name, graph)
        return model

    def posterior(self, x: Tensor) -> Posterior:
        """mu and logvar from what the encoder returns, [N, K] each."""
        if not self.config.encodes:
            raise ValueError("this model has no encoder")
        if self.config.layout == "NHWC":
            x = x.permute(0, 2, 3, 1)
        mu, spread = self.statistics(self.encoder(x.reshape(-1, *self.config.input_shape)))
        mu = mu.float().flatten(1)  # [N, C, h, w] -> [N, K]
        if self.config.spread == "none":
            return Posterior(mu, torch.full_like(mu, POINT_LOGVAR))
        spread = spread.float().flatten(1)
        if self.config.spread == "logvar":
            return Posterior(mu, spread)
        return Posterior(mu, 2 * (spread if self.config.spread == "log_sigma" else spread.log()))

    def statistics(self, outputs: list[Tensor]) -> tuple[Tensor, Tensor]:
        """mu and the spread, in the encoder's own shape."""
        first, second = self.config.places
        mu = outputs[first]
        if self.config.spread == "none":
            return mu, mu
        if self.config.split == "outputs":
            return mu, outputs[second]
        axis = mu.ndim - 1 if self.config.layout == "NHWC" else 1  # channels, where the code is spatial
        if self.config.split == "joined":
            halves = mu.chunk(2, axis)
            return halves[0], halves[1]
        pairs = mu.unflatten(axis, (-1, 2))
        return pairs.select(axis + 1, 0), pairs.select(axis + 1, 1)

    def pictures(self, z: Tensor) -> Tensor:
        """What the decoder returns for codes [N, K], [N, C, H, W]."""
        (y, *_) = self.decoder(z.reshape(-1, *self.config.code_shape))
        if self.config.output_layout == "NHWC":
            channels, height, width = self.config.shape
            return y.reshape(-1, height, width, channels).permute(0, 3, 1, 2)
        return y

    def _elbo(self, posterior: Posterior, x: Tensor, z: Tensor, log_prob: LogProb) -> Elbo:
        """As the VAE's; without a spread as the autoencoder's: log p(x|code), and a KL of 0."""
        if self.config.spread != "none":
            return super()._elbo(posterior, x, z, log_prob)
        return Elbo(log_prob(self.decode_params(posterior.mu), x), torch.zeros_like(posterior.mu))
