"""What was last chosen in each run, for the program that started the app: it may ask with the token that it gave.

Kept in memory alone, and only where there is a token. It knows no page and no component.
"""

from explorer.ui.visits.last_choices import note_selection as note_selection
from explorer.ui.visits.last_choices import note_z as note_z
from explorer.ui.visits.route import visit_routes as visit_routes
