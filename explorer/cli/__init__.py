"""``python -m explorer``: one module a command. Arguments in, exit codes and JSON out; no Streamlit."""
