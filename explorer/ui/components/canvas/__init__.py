"""A canvas to draw on, or to mask part of an image on."""

from explorer.ui.components.canvas.component import canvas as canvas
