"""A run as one HTML file with a live decoder, for people who have neither the app nor a network.

The page is made of the components of the app: ``bundle`` joins their modules, ``content`` packs what Python gives them.
"""

from explorer.base import lazy_face

__getattr__, __dir__, __all__ = lazy_face(__name__)
