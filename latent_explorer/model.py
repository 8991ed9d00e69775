"""A run at work in Python: encode, decode and rate images as NumPy arrays."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from latent_explorer.errors import ExplorerError
from latent_explorer.messages import Array
from latent_explorer.pictures import UNIT, Ends, Shape, array_of, bytes_of, checked, labels_of, shown, unit
from latent_explorer.worker import ask

Floats = NDArray[np.float32]
MOST_IMAGES = 1_000_000  # of a sample or a path


def load(run: str | os.PathLike[str], *, pixels: Ends = UNIT) -> Model:
    """The model of a run.

    Parameters
    ----------
    run : its name, as the Models page and ``latent-explorer runs`` show it, or its folder.
    pixels : the values of black and white of the images that go in and come out; uint8 is 0 to 255 whatever it says.

    Raises
    ------
    ExplorerError
        Where there is no such run, or it is damaged.

    Examples
    --------
    >>> model = load("digits-2d")
    >>> model.latent, model.shape
    (2, (1, 8, 8))
    >>> model.decode([[0.0, 0.0]]).shape
    (1, 8, 8)
    """
    return Model(run, pixels=pixels)


class Model:
    """A trained or imported model: NumPy in and out, in batches, on the device of the settings (``EXPLORER_DEVICE``).

    It is a transformer of scikit-learn too: ``transform`` gives posterior means, ``inverse_transform`` flat images.

    Parameters
    ----------
    run, pixels : as of ``load``.

    Attributes
    ----------
    name, path : of the run.
    shape : of an image: channels, height, width.
    latent : K, the number of latent dimensions.
    classes : the names of the classes of its data, which may be none.
    """

    def __init__(self, run: str | os.PathLike[str], *, pixels: Ends = UNIT) -> None:
        self.run, self.pixels = run, pixels
        checked(pixels)
        facts, _ = ask("load", run=os.fspath(run))
        self.name: str = facts["name"]
        self.path: str = facts["path"]
        self.latent: int = facts["latent"]
        self.classes: tuple[str, ...] = tuple(facts["classes"])
        self._shape: list[int] = facts["shape"]
        self._conditioned: int = facts["conditioned"]

    def __repr__(self) -> str:
        """What it is, in a line."""
        return f"<Model {self.name}: images of {' x '.join(map(str, self.shape))}, {self.latent} latent dimensions>"

    @property
    def shape(self) -> Shape:
        """Channels, height and width of an image."""
        channels, height, width = self._shape
        return channels, height, width

    def encode(self, images: ArrayLike, labels: ArrayLike | None = None) -> tuple[Floats, Floats]:
        """The posterior q(z|x) = N(mu, exp(logvar)) of each image.

        Parameters
        ----------
        images : [N, H, W], [N, H, W, C], [N, C, H, W] or flat [N, C * H * W].
        labels : int [N], for a class-conditional model; None lets it infer them.

        Returns
        -------
        mu, logvar : float32 [N, K] each.
        """
        _, (mu, logvar) = self._ask("encode", self._unit(images), labels)
        return mu, logvar

    def decode(self, z: ArrayLike, labels: ArrayLike | None = None) -> Floats:
        """The mean image of each z.

        Parameters
        ----------
        z : [N, K]; of a class-conditional model with ``labels``, int [N], or [N, K + C] with one-hot classes.

        Returns
        -------
        images : float32 [N, H, W], or [N, H, W, 3] of colour images, on the scale of ``pixels``.
        """
        return shown(self._decoded(z, labels), self.pixels)

    def reconstruct(self, images: ArrayLike, labels: ArrayLike | None = None) -> Floats:
        """The mean image of each image's posterior mean; as ``encode`` takes and ``decode`` returns them."""
        _, (found,) = self._ask("reconstruct", self._unit(images), labels)
        return shown(found, self.pixels)

    def sample(self, n: int, seed: int = 0, temperature: float = 1.0, source: str = "prior") -> Floats:
        """The mean images of ``n`` draws of z, in each class in turn if there are any.

        Parameters
        ----------
        temperature : the standard deviation of the noise that each draw is made of.
        source : "prior", N(0, I), or a density fitted to the codes of the images: "gmm", "kde" or "flow". It is fitted
            once, in up to a minute, and kept in the run.
        """
        if not 0 <= temperature < np.inf:
            raise ExplorerError(f"The temperature is {temperature}.", "Give a number of at least 0.")
        number, start = count(n), whole("seed", seed)
        _, (found, _) = self._ask("sample", n=number, seed=start, temperature=float(temperature), source=source)
        return shown(found, self.pixels)

    def interpolate(
        self, a: ArrayLike, b: ArrayLike, n: int, path: str = "spherical", labels: ArrayLike | None = None
    ) -> Floats:
        """The mean images of ``n`` steps from one z to another, both included.

        Parameters
        ----------
        a, b : z [K], or images of the model's shape, of which the posterior means are taken.
        path : "spherical", which keeps to the norms that the prior's draws have, or "linear".
        labels : the classes of a and b, for a class-conditional model.
        """
        ends = [self._end(a), self._end(b)]
        if ends[0].shape != ends[1].shape:
            raise ExplorerError(f"The ends have {len(ends[0])} and {len(ends[1])} numbers.", "Give two of one kind.")
        _, (found,) = self._ask("interpolate", np.stack(ends), labels, n=count(n, least=2), path=path)
        return shown(found, self.pixels)

    def elbo(self, images: ArrayLike, labels: ArrayLike | None = None, *, samples: int = 1, seed: int = 0) -> Floats:
        """The evidence lower bound of each image, nats: [N]; ``samples`` draws of z, pixels in 256 steps."""
        facts = {"samples": count(samples), "seed": whole("seed", seed)}
        _, (found,) = self._ask("elbo", bytes_of(self._unit(images)), labels, **facts)
        return found

    def nll(
        self, images: ArrayLike, labels: ArrayLike | None = None, *, samples: int = 1000, seed: int = 0
    ) -> NDArray[np.float64]:
        """-log p(x) of each image, nats: [N]; importance-weighted (Burda et al. 2016), and on average above it."""
        facts = {"samples": count(samples), "seed": whole("seed", seed)}
        _, (found,) = self._ask("nll", bytes_of(self._unit(images)), labels, **facts)
        return found

    # scikit-learn's names

    def fit(self, X: ArrayLike, y: object = None) -> Model:
        """The model as it is: it was trained before."""
        return self

    def transform(self, X: ArrayLike) -> Floats:
        """Posterior means of images, [N, K]."""
        return self.encode(X)[0]

    def fit_transform(self, X: ArrayLike, y: object = None, **_: Any) -> Floats:
        """As ``transform``."""
        return self.transform(X)

    def inverse_transform(self, X: ArrayLike) -> Floats:
        """The mean images of z [N, K] as flat rows, [N, C * H * W] in that order."""
        found = shown(self._decoded(X, None)[:, None].reshape(-1, 1, 1, int(np.prod(self.shape))), self.pixels)
        return found.reshape(len(found), -1)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments that it was made with."""
        return {"run": self.run, "pixels": self.pixels}

    def set_params(self, **params: Any) -> Model:
        """Be the model of other arguments."""
        self.__init__(**{**self.get_params(), **params})  # type: ignore[misc]
        return self

    def __sklearn_is_fitted__(self) -> bool:
        """It always is."""
        return True

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn asks of an estimator."""
        from sklearn.utils import Tags, TargetTags, TransformerTags

        return Tags(estimator_type=None, target_tags=TargetTags(required=False), transformer_tags=TransformerTags())

    # to the process of the models

    def _ask(
        self, request: str, values: Array | None = None, labels: ArrayLike | None = None, **facts: Any
    ) -> tuple[dict[str, Any], Any]:
        """The answer to a request about rows of values, and their labels where there are any."""
        arrays = [] if values is None else [values]
        if values is not None and labels is not None:
            arrays.append(class_numbers(labels, len(values)))
        return ask(request, *arrays, run=self.path, **facts)

    def _unit(self, images: ArrayLike) -> Floats:
        """Images of the model's shape in [0, 1]."""
        return unit(images, self.pixels, self.shape)

    def _decoded(self, z: ArrayLike, labels: ArrayLike | None) -> Floats:
        """The mean images of z, float32 [N, C, H, W] in [0, 1]."""
        rows = array_of(z, "z").astype(np.float32)
        if rows.ndim != 2:
            raise ExplorerError(f"z has the shape {list(rows.shape)}.", f"Give rows of {self.latent} numbers: [N, K].")
        found: Floats = self._ask("decode", rows, labels)[1][0]
        return found

    def _end(self, value: ArrayLike) -> Floats:
        """z [K] of a z, or of an image."""
        array = array_of(value, "ends of a path")
        if array.shape in ((self.latent,), (self.latent + self._conditioned,)):
            return array.astype(np.float32)
        return self.encode(array[None])[0][0]


def class_numbers(labels: ArrayLike, n: int) -> NDArray[np.int64]:
    """Labels as int64 [n]; ExplorerError for names of classes, which a model does not take."""
    found = labels_of(labels, n)
    if found.dtype.kind not in "bui":
        raise ExplorerError(f"The labels are {found.dtype}.", "Give the numbers of classes, from 0.")
    return found.astype(np.int64)


def count(n: int, least: int = 1) -> int:
    """A number of images or draws; ExplorerError where it is out of bounds."""
    found = whole("number", n)
    if not least <= found <= MOST_IMAGES:
        raise ExplorerError(f"The number is {n}.", f"It must lie between {least} and {MOST_IMAGES:,}.")
    return found


def whole(what: str, value: Any) -> int:
    """A whole number of at least 0 that JSON can hold; ExplorerError for anything else."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)) or not 0 <= value < 2**63:
        raise ExplorerError(f"The {what} is {value!r}.", "Give a whole number of at least 0.")
    return int(value)
