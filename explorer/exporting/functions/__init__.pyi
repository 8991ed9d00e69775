from explorer.exporting.functions.onnx_file import captured as captured
from explorer.exporting.functions.onnx_file import traced as traced
from explorer.exporting.functions.owner_errors import in_owners_code as in_owners_code
from explorer.exporting.functions.tried_networks import networks as networks
from explorer.exporting.functions.tried_networks import tried_encode as tried_encode
from explorer.exporting.functions.vae import OwnVAE as OwnVAE
from explorer.exporting.functions.vae import picture as picture
from explorer.exporting.functions.vae import statistics as statistics
