// The page's mirror of softattn_core/probability.py and attention.py: same rules of stability, same order of steps.

const sum = (numbers) => numbers.reduce((total, x) => total + x, 0);

// (z - max z) / T: never above 0, so Math.exp of it cannot overflow.
function shifted(scores, temperature = 1) {
  const largest = Math.max(...scores);
  return scores.map((z) => (z - largest) / temperature);
}

function softmax(scores, temperature = 1) {
  const exponentials = shifted(scores, temperature).map(Math.exp);
  const total = sum(exponentials);
  return exponentials.map((e) => e / total);
}

function dot(a, b) {
  let total = 0;
  for (let i = 0; i < a.length; i += 1) total += a[i] * b[i];
  return total;
}

// c = sum_i alpha_i v_i
function contextVector(weights, values) {
  const context = values[0].map(() => 0);
  values.forEach((value, i) => value.forEach((x, j) => (context[j] += weights[i] * x)));
  return context;
}

// The three steps; `query` is s^T W, which every h_i meets.
function attend(s, h, W) {
  const query = contextVector(s, W);
  const scores = h.map((hi) => dot(query, hi));
  const weights = softmax(scores);
  return { query, scores, weights, context: contextVector(weights, h) };
}
