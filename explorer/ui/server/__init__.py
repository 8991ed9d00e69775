"""The web server around the pages: Streamlit's options, whom it answers, and the headers of its answers.

It knows no page and no component.
"""

from explorer.ui.server.allowed_hosts import AllowedHosts as AllowedHosts
from explorer.ui.server.security_headers import SecurityHeaders as SecurityHeaders
from explorer.ui.server.streamlit_options import set_options as set_options
