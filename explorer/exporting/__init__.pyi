from explorer.exporting.networks import ExportedNetworks as ExportedNetworks
from explorer.exporting.networks import exported_networks as exported_networks
