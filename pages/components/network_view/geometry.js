// Where each part of the network stands: the image, the tiles of the hidden units, the outputs.
// Signals run from left to right; where there is little width, from top to bottom.
const PAD = 14, OUTPUTS = 10, CAPTION = 26;
const NARROW = 620; // Pixels of width, below which it is narrow.
const WIDE = { height: 312, image: 0.19, fan: 52, answers: 172 };
const TALL = { image: 112, fan: 30, tiles: 240, answers: 92 };
const SHORT = { image: 84, fan: 20, tiles: 128, answers: 62 }; // Where the canvas is on the same screen of a phone.

const within = (value, end) => Math.min(Math.max(Math.floor(value), 0), end - 1);

// The largest square tiles that fit.
function gridOf(count, left, top, width, height) {
  let best = { pitch: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns), pitch = Math.min(width / columns, height / rows);
    if (pitch > best.pitch) best = { columns, rows, pitch };
  }
  const { columns, rows, pitch } = best;
  return {
    columns, rows, pitch, side: Math.round(pitch - Math.max(2, 0.12 * pitch)),
    left: left + (width - columns * pitch) / 2, top: top + (height - rows * pitch) / 2,
  };
}

function geometry(width, units, short) {
  const inner = width - 2 * PAD;
  if (width < NARROW) {
    const size = short ? SHORT : TALL;
    const tiles = PAD + size.image + size.fan, answers = tiles + size.tiles + size.fan;
    return {
      narrow: true, width, height: answers + size.answers + PAD,
      image: { left: PAD, top: PAD, side: size.image },
      grid: gridOf(units, PAD, tiles, inner, size.tiles),
      outputs: { left: PAD, top: answers, width: inner, height: size.answers },
    };
  }
  const { height, fan, answers } = WIDE;
  const side = 28 * Math.floor(Math.min(height - 2 * PAD - CAPTION, WIDE.image * width) / 28);
  const tiles = PAD + side + fan;
  return {
    narrow: false, width, height,
    image: { left: PAD, top: (height - side - CAPTION) / 2, side },
    grid: gridOf(units, tiles, PAD, width - PAD - answers - fan - 14 - tiles, height - 2 * PAD),
    outputs: { left: width - PAD - answers, top: PAD, width: answers, height: height - 2 * PAD },
  };
}

function tileOf({ grid }, unit) {
  const gap = (grid.pitch - grid.side) / 2;
  return {
    left: Math.round(grid.left + (unit % grid.columns) * grid.pitch + gap),
    top: Math.round(grid.top + Math.floor(unit / grid.columns) * grid.pitch + gap),
    side: grid.side,
  };
}

function outputOf({ outputs, narrow }, digit) {
  const { left, top, width, height } = outputs;
  return narrow
    ? { left: left + (digit * width) / OUTPUTS, top, width: width / OUTPUTS, height }
    : { left, top: top + (digit * height) / OUTPUTS, width, height: height / OUTPUTS };
}

// Which part is at a place: a pixel of the image, a unit and its weight there, or an output.
function partAt(place, units, x, y) {
  const pixelOf = ({ left, top, side }) => {
    const row = Math.floor((28 * (y - top)) / side), column = Math.floor((28 * (x - left)) / side);
    return row >= 0 && row < 28 && column >= 0 && column < 28 ? 28 * row + column : null;
  };
  const { image, grid } = place;
  if (pixelOf(image) !== null) return { kind: "image", pixel: pixelOf(image) };
  const column = Math.floor((x - grid.left) / grid.pitch), row = Math.floor((y - grid.top) / grid.pitch);
  const unit = row * grid.columns + column;
  if (column >= 0 && column < grid.columns && row >= 0 && unit < units) {
    return { kind: "unit", unit, pixel: pixelOf(tileOf(place, unit)) };
  }
  for (let digit = 0; digit < OUTPUTS; digit++) {
    const { left, top, width, height } = outputOf(place, digit);
    if (x >= left && x < left + width && y >= top && y < top + height) return { kind: "output", digit };
  }
  return null;
}

// Where an arrow key leads from a part: within it, and beyond its edge to the next one.
function moved(place, units, part, key) {
  if (!part) return { kind: "unit", unit: 0, pixel: null };
  const { narrow, grid } = place;
  const { columns, rows } = grid;
  const [down, right] = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[key];
  const along = narrow ? right : down, forward = narrow ? down : right;
  const lanes = narrow ? columns : rows, layers = narrow ? rows : columns;
  const unitAt = (lane, layer) => {
    const unit = narrow ? layer * columns + lane : lane * columns + layer;
    return { kind: "unit", unit: Math.min(unit, units - 1), pixel: null };
  };
  const pixelAt = (lane, layer) => ({ kind: "image", pixel: narrow ? 28 * layer + lane : 28 * lane + layer });
  const lane = ({ index, width }) => (narrow ? index % width : Math.floor(index / width));
  const layer = ({ index, width }) => (narrow ? Math.floor(index / width) : index % width);
  if (part.kind === "image") {
    const at = { index: part.pixel, width: 28 };
    if (layer(at) + forward > 27) return unitAt(within((lane(at) * lanes) / 28, lanes), 0);
    return pixelAt(within(lane(at) + along, 28), within(layer(at) + forward, 28));
  }
  if (part.kind === "output") {
    if (forward < 0) return unitAt(within((part.digit * lanes) / OUTPUTS, lanes), layers - 1);
    return { kind: "output", digit: within(part.digit + along, OUTPUTS) };
  }
  const at = { index: part.unit, width: columns }, next = layer(at) + forward;
  const share = (lane(at) + 0.5) / lanes;
  if (next < 0) return pixelAt(within(28 * share, 28), 27);
  const step = narrow ? columns : 1;
  if (next >= layers || (forward > 0 && part.unit + step >= units)) return { kind: "output", digit: within(OUTPUTS * share, OUTPUTS) };
  return unitAt(within(lane(at) + along, lanes), next);
}
