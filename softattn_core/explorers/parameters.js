// A trained model's numbers, which travel as float16.

function fromFloat16(bits) {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return exponent ? sign * (1 + fraction / 1024) * 2 ** (exponent - 15) : sign * fraction * 2 ** -24;
}

// The arrays by name: a matrix is a list of rows.
function readParameters(bytes, shapes) {
  let at = 0;
  const row = (length) => Float64Array.from({ length }, () => fromFloat16(bytes.getUint16(2 * at++, true)));
  const read = ([rows, columns]) => (columns ? Array.from({ length: rows }, () => row(columns)) : row(rows));
  return Object.fromEntries(shapes.map(([name, shape]) => [name, read(shape)]));
}
