"""ONNX files of others: read with checks, told apart, and compared with their reference once converted.

No node is run before ``reading.read_graph`` has checked the whole file.
"""

from explorer.importing.onnx_files.pairing import read_pair as read_pair
from explorer.importing.onnx_files.sizes import Measured as Measured
from explorer.importing.onnx_files.sizes import measured as measured
from explorer.importing.onnx_files.statistics import Posterior as Posterior
from explorer.importing.onnx_files.statistics import posteriors as posteriors
