// Pixels as they come from a decoder, uint8 [C, H, W], on a canvas.

/** Fill `image` (an ImageData) from planar pixels with 1 or 3 channels; alpha is made opaque. */
export function fill(image, pixels, channels) {
  const { data } = image;
  const plane = data.length / 4;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) data[4 * i + c] = pixels[(channels === 1 ? 0 : c * plane) + i];
    data[4 * i + 3] = 255;
  }
  return image;
}
