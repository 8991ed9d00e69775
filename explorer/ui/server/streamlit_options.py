"""Streamlit's options are those of the project's ``config.toml`` from whatever folder the app is started.

Streamlit itself looks for that file in the working directory and beside the script, and reads ``STREAMLIT_*``
variables only in its own command.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import click
from streamlit import config

from explorer.base import PROJECT, ExplorerError

FILE = PROJECT / ".streamlit" / "config.toml"
BY_COMMAND = "command-line argument or environment variable"  # Streamlit's own word


def set_options() -> None:
    """Set them, before anything reads one. Variables win over the file, flags of ``streamlit run`` over both."""
    with FILE.open("rb") as file:
        options = dict(flattened(tomllib.load(file)))
    for name, value in (options | environment_options()).items():
        if config.get_where_defined(name) != BY_COMMAND:
            config.set_option(name, value)


def flattened(tables: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """``section.name`` and value of each option; sections may lie in sections."""
    for name, value in tables.items():
        if isinstance(value, dict):
            yield from flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def environment_options() -> dict[str, Any]:
    """The options that ``STREAMLIT_*`` variables set, of the types that Streamlit's own command gives them.

    Raises ExplorerError where one has a value that its type cannot have.
    """
    known = {name.replace(".", "_"): option for name, option in config.get_config_options().items()}
    command = click.Command(
        "app",
        params=[
            click.Option([f"--{option.key}", name], type=option.type, multiple=option.multiple, envvar=option.env_var)
            for name, option in known.items()
            if not option.sensitive  # these Streamlit reads itself
        ],
    )
    try:
        given = command.make_context("app", []).params
    except click.BadParameter as error:
        variable = error.param.envvar if error.param else "A STREAMLIT_ variable"
        raise ExplorerError(f"{variable} cannot be read: {error.message}", "Correct it, or unset it.") from error
    return {known[name].key: value for name, value in given.items() if value not in (None, ())}
