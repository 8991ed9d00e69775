"""The tour: five steps through the pages, which a visitor may call, leave and call again."""

from explorer.ui.tour.tour import tour_button as tour_button
from explorer.ui.tour.tour import tour_card as tour_card
