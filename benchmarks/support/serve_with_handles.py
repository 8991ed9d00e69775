"""The app as ``python app.py`` serves it, after printing live handles for plain WebSocket clients.

usage: serve_with_handles.py RUN COUNT
"""

import json
import sys
from pathlib import Path

# Not by PYTHONPATH: with it the same drag shows a p95 of 80 ms: Streamlit takes all below it for local code.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app import serve
from explorer.inference import HANDLES
from explorer.runs import find_run, load_run

run = find_run(sys.argv[1])
print(json.dumps([HANDLES.issue(load_run(run)) for _ in range(int(sys.argv[2]))]), flush=True)
serve()
