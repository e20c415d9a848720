// Paints an image of bytes, base64: of ink, white on black; or signed, where 128 is nothing, orange
// is for and blue against. Comes before the source of each component that shows images.
function paint(canvas, { pixels, width, height, signed }) {
  const bytes = Uint8Array.from(atob(pixels), (c) => c.charCodeAt(0));
  const image = new ImageData(width, height);
  bytes.forEach((value, i) => {
    const side = value - 128, far = Math.sqrt(Math.min(Math.abs(side) / 127, 1));
    const [r, g, b] = signed
      ? (side > 0 ? [240, 140, 46] : [76, 126, 243]).map((colour) => colour * far)
      : [value, value, value];
    image.data.set([r, g, b, 255], 4 * i);
  });
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext("2d").putImageData(image, 0, 0);
}
