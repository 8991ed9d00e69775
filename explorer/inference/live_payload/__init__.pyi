from explorer.inference.live_payload.coordinates import dimension_facts as dimension_facts
from explorer.inference.live_payload.coordinates import direction_facts as direction_facts
from explorer.inference.live_payload.coordinates import reach_along as reach_along
from explorer.inference.live_payload.coordinates import slider_limit as slider_limit
from explorer.inference.live_payload.packing import pack as pack
from explorer.inference.live_payload.prior_table import prior_blobs as prior_blobs
from explorer.inference.live_payload.traversals import traversal_codes as traversal_codes
from explorer.inference.live_payload.traversals import traversal_rows as traversal_rows
