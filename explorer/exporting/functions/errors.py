"""The error that the modules beside raise: the app's own. Who loads them elsewhere puts another one in its place."""

from explorer.base import ExplorerError as ExplorerError
