"""Latent Explorer from Python: train, load and show image VAEs, in a script or a notebook.

Whatever needs the packages of the app runs in processes of its own, with a path of its own; importing this package
adds nothing to ``sys.path``.
"""

from latent_explorer.errors import ExplorerError as ExplorerError
from latent_explorer.model import Model as Model
from latent_explorer.model import load as load
from latent_explorer.session import Session as Session
from latent_explorer.showing import show as show
from latent_explorer.training import train as train

__version__ = "0.1.0"
