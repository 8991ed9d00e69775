// The event of a pointer that moves.

// Browsers hold pointer moves back until the next frame; where raw ones are offered (Chromium, secure pages) they come
// at once, and the image is decoded in time for that frame.
export const MOVE = "onpointerrawupdate" in window ? "pointerrawupdate" : "pointermove";
