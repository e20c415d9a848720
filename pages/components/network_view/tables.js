// What a network view shows, as tables: outputs, hidden units, the weights of the opened one, the image.
function tablesOf({ signals, weights, opened, image }) {
  const words = numberWords(), digits = [...Array(OUTPUTS).keys()];
  const outgoing = (unit) => Array.from(weights.w2.slice(OUTPUTS * unit, OUTPUTS * (unit + 1)));
  const tables = [{
    title: words.units,
    columns: [words.unit, words.sum, words.activation, ...digits.map((digit) => filled(words.to, { digit }))],
    rows: Array.from({ length: weights.units }, (_, unit) => [unit + 1, signals?.s1[unit], signals?.a1[unit], ...outgoing(unit)]),
  }];
  if (signals) {
    tables.unshift({
      title: words.outputs,
      columns: [words.digit, words.score, words.probability],
      rows: digits.map((digit) => [digit, signals.s2[digit], signals.y[digit]]),
    });
  }
  if (opened != null) tables.push(gridTable(filled(words.weights, { unit: opened + 1 }), Array.from(unitWeights(weights, opened)), 28));
  if (image) tables.push(gridTable(words.image, Array.from(image, (byte) => Number((byte / 255).toFixed(3))), 28));
  return tables;
}
