"""A strip of decoded images that plays."""

from explorer.ui.components.film.component import FRAME_S as FRAME_S
from explorer.ui.components.film.component import Film as Film
from explorer.ui.components.film.component import Row as Row
from explorer.ui.components.film.component import show_film as show_film
