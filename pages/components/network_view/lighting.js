// Lights the part of the network that something is told of: in gold where signals run forward, in
// violet where errors run back. The rest stays dim.
const ERROR = [201, 132, 255], SHADE = "rgba(13, 18, 29, 0.66)";
const DARK = 0.25; // What is left of the lines that are not lit.

const isLit = (active, part) => !active || active.parts.includes(part);
const isBack = (active) => Boolean(active?.delta2);
const largestOf = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);

function boxesOf({ image, grid, outputs }) {
  return {
    image: [image.left, image.top, image.side, image.side],
    hidden: [grid.left, grid.top, grid.columns * grid.pitch, grid.rows * grid.pitch],
    outputs: [outputs.left - 4, outputs.top, outputs.width + 6, outputs.height],
  };
}

function paintLight(pen, { place, active }) {
  if (!active) return;
  for (const [part, [left, top, width, height]] of Object.entries(boxesOf(place))) {
    if (isLit(active, part)) {
      pen.strokeStyle = css(isBack(active) ? ERROR : GOLD, 0.9);
      pen.lineWidth = 2;
      pen.beginPath();
      pen.roundRect(left - 6, top - 6, width + 12, height + 12, 8);
      pen.stroke();
    } else {
      pen.fillStyle = SHADE;
      pen.fillRect(left - 3, top - 3, width + 6, height + 6);
    }
  }
}
