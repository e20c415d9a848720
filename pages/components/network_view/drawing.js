// Paints the network: weights in orange and blue, and in gold what runs forward through it.
const FOR = [255, 154, 60], AGAINST = [92, 142, 255], NONE = [9, 12, 20];
const GOLD = [255, 209, 92], RIGHT = [55, 201, 139], WRONG = [255, 107, 107];
const WORDS = "#e8ecf5", DIM = "#9aa5bd", TRACK = "#232b3d";
const LINES = 44; // The strongest, of each kind: all of them would hide the network.

const mixed = (from, to, share) => from.map((value, i) => Math.round(value + (to[i] - value) * share));
const css = (colour, alpha = 1) => `rgba(${colour}, ${alpha})`;

// The colour of each of 255 steps from -1 to 1, as a pixel of an image has it.
const COLOURS = Uint32Array.from({ length: 255 }, (_, i) => {
  const value = (i - 127) / 127;
  const [r, g, b] = mixed(NONE, value < 0 ? AGAINST : FOR, Math.sqrt(Math.abs(value)));
  return (255 << 24) | (b << 16) | (g << 8) | r;
});
const GRAYS = Uint32Array.from({ length: 256 }, (_, value) => (255 << 24) | (value << 16) | (value << 8) | value);
const colourOf = (share) => COLOURS[127 + Math.round(127 * Math.max(-1, Math.min(1, share)))];

// 28 x 28 pixels for each unit, side by side, in as many columns as the tiles have.
function atlasOf(weights, columns) {
  const { units, w1, limit } = weights;
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [28 * columns, 28 * Math.ceil(units / columns)];
  const image = new ImageData(sheet.width, sheet.height), pixels = new Uint32Array(image.data.buffer);
  const factor = limit ? 127 / limit : 0;
  for (let pixel = 0, from = 0; pixel < 784; pixel++) {
    const at = Math.floor(pixel / 28) * sheet.width + (pixel % 28);
    for (let unit = 0; unit < units; unit++, from++) {
      const step = Math.max(-127, Math.min(127, Math.round(w1[from] * factor)));
      pixels[at + 28 * ((unit % columns) + Math.floor(unit / columns) * sheet.width)] = COLOURS[127 + step];
    }
  }
  sheet.getContext("2d").putImageData(image, 0, 0);
  return sheet;
}

function sheetOf(colours) {
  const sheet = document.createElement("canvas");
  [sheet.width, sheet.height] = [28, 28];
  const image = new ImageData(28, 28);
  new Uint32Array(image.data.buffer).set(colours);
  sheet.getContext("2d").putImageData(image, 0, 0);
  return sheet;
}

// The weights of a unit alone, and what each pixel of the image adds to its sum.
const unitWeights = ({ w1, units }, unit) => Float32Array.from({ length: 784 }, (_, pixel) => w1[pixel * units + unit]);
const inColours = (values, limit) => sheetOf(Uint32Array.from(values, (value) => colourOf(limit ? value / limit : 0)));

const percent = (share) => `${(100 * share).toFixed(1)}%`;
const bestOf = (signals) => (signals ? signals.y.indexOf(Math.max(...signals.y)) : -1);
// Not by its colour alone.
const answerMark = (digit, label) => (label == null || digit < 0 ? "" : label === digit ? "✓" : "✗");
const answerColour = (digit, label) => (label == null ? GOLD : label === digit ? RIGHT : WRONG);

const middleOf = ({ left, top, side }) => [left + side / 2, top + side / 2];

function line(pen, [x0, y0], [x1, y1], colour, width, downwards) {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  pen.moveTo(x0, y0);
  const [mx, my] = [(x0 + x1) / 2, (y0 + y1) / 2];
  if (downwards) pen.bezierCurveTo(x0, my, x1, my, x1, y1);
  else pen.bezierCurveTo(mx, y0, mx, y1, x1, y1);
  pen.stroke();
}

// The indices of the largest of some values, none of them 0.
const strongest = (values, most) => values
  .map((value, i) => [Math.abs(value), i]).filter(([size]) => size > 0)
  .sort((a, b) => b[0] - a[0]).slice(0, most).map(([, i]) => i);

function paintLines(pen, { place, weights, signals, part, opened, active }) {
  const { image, narrow, width, height } = place, { w2 } = weights;
  const unit = part?.kind === "unit" ? part.unit : opened, digit = part?.kind === "output" ? part.digit : null;
  // From where the image stands nearest to a tile, and to the middle of an output's edge.
  const start = ([x, y]) => narrow
    ? [image.left + image.side * (0.1 + (0.8 * x) / width), image.top + image.side]
    : [image.left + image.side, image.top + image.side * (0.06 + (0.88 * y) / height)];
  const end = (to) => {
    const box = outputOf(place, to);
    return narrow ? [box.left + box.width / 2, box.top - 3] : [box.left - 10, box.top + box.height / 2];
  };
  if (signals) {
    // Forward by the activations; back by the errors, where these have come so far.
    const back = isBack(active) && isLit(active, "first"), told = back ? active.delta1 : signals.a1;
    const most = back ? largestOf(told) : 1, bright = isLit(active, "first") ? 1 : DARK;
    for (const one of unit == null ? strongest(told, LINES) : [unit]) {
      const tile = tileOf(place, one), middle = middleOf(tile);
      const to = narrow ? [middle[0], tile.top] : [tile.left, middle[1]];
      const alpha = bright * (0.05 + 0.4 * (told[one] / most) ** 2) * (active ? 1.6 : 1);
      line(pen, start(middle), to, css(back ? ERROR : GOLD, alpha), 1.2, narrow);
    }
  }
  // From a unit, its ten weights; to an output, what each unit adds; or the strongest of all that is
  // added. Back, the error of each output, times the weight that carries it, or the activation it meets.
  const back = isBack(active) && isLit(active, "second"), bright = isLit(active, "second") ? 1 : DARK;
  const carried = Array.from(w2, (weight, i) => {
    const from = Math.floor(i / OUTPUTS), to = i % OUTPUTS;
    if ((unit != null && from !== unit) || (digit != null && to !== digit)) return 0;
    if (back) return active.delta2[to] * (active.delta1 ? weight : signals.a1[from]);
    return unit != null || !signals ? weight : weight * signals.a1[from];
  });
  const most = carried.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-12);
  for (const i of strongest(carried, LINES)) {
    const tile = tileOf(place, Math.floor(i / OUTPUTS)), share = Math.abs(carried[i]) / most;
    const [x, y] = middleOf(tile), begin = narrow ? [x, tile.top + tile.side] : [tile.left + tile.side, y];
    line(pen, begin, end(i % OUTPUTS), css(back ? ERROR : carried[i] > 0 ? FOR : AGAINST, bright * (0.08 + 0.62 * share)), 0.8 + 1.8 * share, narrow);
  }
}

function paintImage(pen, { place, weights, signals, image, part, opened, caption, label }) {
  const { left, top, side } = place.image;
  const unit = part?.kind === "unit" ? part.unit : opened;
  pen.imageSmoothingEnabled = false;
  let sheet = sheetOf(new Uint32Array(784).fill(GRAYS[0]));
  if (image && unit == null) sheet = sheetOf(Uint32Array.from(image, (value) => GRAYS[value]));
  else if (image) {
    const added = unitWeights(weights, unit).map((weight, pixel) => (weight * image[pixel]) / 255);
    sheet = inColours(added, weights.limit);
  }
  pen.drawImage(sheet, left, top, side, side);
  pen.strokeStyle = TRACK;
  pen.lineWidth = 1;
  pen.strokeRect(left - 0.5, top - 0.5, side + 1, side + 1);
  if (part?.kind === "image") {
    const size = side / 28;
    pen.strokeStyle = css(GOLD);
    pen.lineWidth = 2;
    pen.strokeRect(left + (part.pixel % 28) * size - 1, top + Math.floor(part.pixel / 28) * size - 1, size + 2, size + 2);
  }
  pen.fillStyle = DIM;
  pen.font = `13px ${place.font}`;
  if (!place.narrow) {
    pen.textAlign = "center";
    pen.textBaseline = "top";
    pen.fillText(caption, left + side / 2, top + side + 8, side + 24);
    return;
  }
  const beside = left + side + 22, best = bestOf(signals);
  pen.textAlign = "left";
  pen.textBaseline = "alphabetic";
  const base = top + 0.7 * side;
  pen.fillText(caption, beside, top + 0.16 * side, place.width - beside - PAD);
  if (best < 0) return;
  pen.fillStyle = css(answerColour(best, label));
  pen.font = `600 ${Math.round(0.54 * side)}px ${place.font}`;
  pen.fillText(best, beside, base);
  pen.fillStyle = WORDS;
  pen.font = `18px ${place.font}`;
  pen.fillText(`${percent(signals.y[best])} ${answerMark(best, label)}`, beside + 48, base);
}

function paintTiles(pen, { place, weights, signals, part, opened, active, atlas, before, change }) {
  const { grid } = place;
  const errors = isBack(active) ? active.delta1 : null, most = errors ? largestOf(errors) : 1;
  pen.imageSmoothingEnabled = true;
  pen.imageSmoothingQuality = "high";
  const sheets = before && change < 1 ? [[before, 1], [atlas, change]] : [[atlas, 1]];
  for (let unit = 0; unit < weights.units; unit++) {
    const { left, top, side } = tileOf(place, unit);
    const [x, y] = [28 * (unit % grid.columns), 28 * Math.floor(unit / grid.columns)];
    for (const [sheet, alpha] of sheets) {
      pen.globalAlpha = alpha;
      pen.drawImage(sheet, x, y, 28, 28, left, top, side, side);
    }
    pen.globalAlpha = 1;
    const wide = Math.max(1.25, side / 20), chosen = unit === opened || (part?.kind === "unit" && unit === part.unit);
    const bright = errors ? Math.abs(errors[unit]) / most : signals ? signals.a1[unit] : 0;
    pen.strokeStyle = chosen ? "#fff" : css(mixed([38, 46, 66], errors ? ERROR : GOLD, bright));
    pen.lineWidth = chosen ? wide + 1 : wide;
    pen.strokeRect(left - wide / 2, top - wide / 2, side + wide, side + wide);
  }
  if (part?.kind === "unit" && part.pixel != null && grid.side > 40) {
    const { left, top, side } = tileOf(place, part.unit), size = side / 28;
    pen.strokeStyle = "#fff";
    pen.lineWidth = 1;
    pen.strokeRect(left + (part.pixel % 28) * size - 1, top + Math.floor(part.pixel / 28) * size - 1, size + 2, size + 2);
  }
}

// Along a row the digit, its bar and its share; in a column the share of the best, the bar and the digit.
function paintOutputs(pen, { place, signals, part, label, active }) {
  const best = bestOf(signals), errors = isBack(active) ? active.delta2 : null;
  for (let digit = 0; digit < OUTPUTS; digit++) {
    const { left, top, width, height } = outputOf(place, digit);
    const share = errors ? Math.abs(errors[digit]) : signals ? signals.y[digit] : 0;
    const first = digit === best, pointed = part?.kind === "output" && part.digit === digit;
    const size = place.narrow ? 15 : Math.min(16, 0.6 * height);
    const [middle, centre] = [top + height / 2, left + width / 2];
    const thick = place.narrow ? 0.5 * width : 0.5 * height;
    const track = place.narrow
      ? [centre - thick / 2, top + 4, thick, height - 28]
      : [left + 22, middle - thick / 2, width - 22 - 3.7 * size, thick];
    const long = place.narrow ? track[3] : track[2], filled = share > 0.002 ? Math.max(2, long * share) : 0;
    const bar = place.narrow
      ? [track[0], track[1] + long - filled, thick, filled]
      : [track[0], track[1], filled, thick];
    for (const [box, colour] of [[track, TRACK], [bar, errors ? css(ERROR) : css(first ? answerColour(digit, label) : GOLD, first ? 1 : 0.7)]]) {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.roundRect(...box, 3);
      pen.fill();
    }
    if (first && !errors && !place.narrow) {
      pen.font = `700 ${0.9 * thick}px ${place.font}`;
      pen.textAlign = "right";
      pen.textBaseline = "middle";
      pen.fillStyle = filled > long - 16 ? "#0d121d" : WORDS;
      pen.fillText(answerMark(digit, label), track[0] + long - 5, middle + 0.5);
    }
    pen.font = `${first ? 700 : 400} ${size}px ${place.font}`;
    pen.fillStyle = pointed ? "#fff" : first ? WORDS : DIM;
    pen.textBaseline = "middle";
    pen.textAlign = place.narrow ? "center" : "left";
    pen.fillText(digit, place.narrow ? centre : left, place.narrow ? top + height - 10 : middle);
    if (!place.narrow) {
      pen.textAlign = "right";
      const number = errors ? signed(errors[digit]) : percent(share);
      pen.fillText(signals ? number : "–", left + width, middle);
    }
    if (pointed) {
      pen.strokeStyle = css(GOLD, 0.9);
      pen.lineWidth = 1;
      pen.beginPath();
      pen.roundRect(left - (place.narrow ? 0 : 6), top + 1, width + (place.narrow ? 0 : 11), height - 2, 4);
      pen.stroke();
    }
  }
}

// All of it, or only a part.
function paintNetwork(canvas, only, scene) {
  const { place } = scene, ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(place.width * ratio), Math.round(place.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (only) return only(pen, scene);
  pen.clearRect(0, 0, place.width, place.height);
  paintLines(pen, scene);
  paintImage(pen, scene);
  paintTiles(pen, scene);
  paintOutputs(pen, scene);
  paintLight(pen, scene);
}
