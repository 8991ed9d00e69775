"""``python -m explorer``: one module a command. Arguments in, exit codes and JSON out; no Streamlit."""

from explorer.cli.main import main as main
