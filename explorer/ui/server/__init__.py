"""The web server around the pages: Streamlit's options, the order of its runs, whom it answers, headers of answers.

It knows no page and no component.
"""

from explorer.ui.server.allowed_hosts import AllowedHosts as AllowedHosts
from explorer.ui.server.page_styles import PageStyles as PageStyles
from explorer.ui.server.run_order import run_in_order as run_in_order
from explorer.ui.server.security_headers import SecurityHeaders as SecurityHeaders
from explorer.ui.server.streamlit_options import set_options as set_options
