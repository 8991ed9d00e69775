from explorer.exporting.networks import ExportedNetworks as ExportedNetworks
from explorer.exporting.networks import exported_networks as exported_networks
from explorer.exporting.onnx_file import captured as captured
from explorer.exporting.onnx_file import traced as traced
