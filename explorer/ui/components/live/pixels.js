// Pixels as they come from a decoder, to be put on a canvas.

/**
 * Fill `image` from planar pixels, opaque.
 *
 * @param {ImageData} image
 * @param {ArrayLike<number>} pixels [channels, H, W]
 * @param {number} channels 1 or 3
 */
export function fillImage(image, pixels, channels) {
  const { data } = image;
  const plane = data.length / 4;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) data[4 * i + c] = pixels[(channels === 1 ? 0 : c * plane) + i];
    data[4 * i + 3] = 255;
  }
  return image;
}
