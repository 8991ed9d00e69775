"""The app as ``python app.py`` serves it, after printing live handles for plain WebSocket clients.

usage: serve_with_handles.py RUN COUNT
"""

import json
import sys

from app import serve
from explorer.inference import HANDLES
from explorer.runs import find_run, load_run

run = find_run(sys.argv[1])
print(json.dumps([HANDLES.issue(load_run(run)) for _ in range(int(sys.argv[2]))]), flush=True)
serve()
