// What transformer.js needs of PyTorch: layers that find their weights, and some functions of rows of numbers.

// A layer. `static parts` names the layers in it, where [Layer] stands for `n_layers` of a kind. All weights have
// names, such as "encoder.layers.0.norm_1.bias"; those of a layer and of its parts begin with `prefix`.
export class Module {
  constructor(weights, prefix, config) {
    const make = (Layer, name) => (Array.isArray(Layer)
      ? range(config.n_layers).map((i) => make(Layer[0], `${name}${i}.`)) : new Layer(weights, name, config));
    Object.assign(this, config, { weight: weights[`${prefix}weight`], bias: weights[`${prefix}bias`] });
    const parts = Object.entries(this.constructor.parts ?? {});
    for (const [name, Layer] of parts) this[name] = make(Layer, `${prefix}${name}.`);
  }
}

export class Linear extends Module {
  forward(x) {                                    // (T, in) -> (T, out); weight (out, in), bias (out) or none
    return x.map((row) => {
      const y = new Float32Array(this.bias ?? this.weight.length);
      for (let i = 0; i < y.length; i++) y[i] += dot(this.weight[i], row);
      return y;
    });
  }
}

export const range = (n) => [...Array(n).keys()];
export const sum = (x) => x.reduce((a, b) => a + b, 0);
export const max = (x) => x.reduce((a, b) => Math.max(a, b), -Number.MAX_VALUE);
export const relu = (x) => x.map((value) => Math.max(value, 0));

// Nearly all of the time is spent here. Four sums side by side, so that none has to wait for another.
export function dot(x, y) {
  let a = 0, b = 0, c = 0, d = 0, i = 0;
  for (; i + 3 < x.length; i += 4) {
    a += x[i] * y[i];
    b += x[i + 1] * y[i + 1];
    c += x[i + 2] * y[i + 2];
    d += x[i + 3] * y[i + 3];
  }
  for (; i < x.length; i++) a += x[i] * y[i];
  return a + b + c + d;
}

// The rows of v, weighted and summed: weights @ v.
export const mix = (weights, v) =>
  v[0].map((_, i) => weights.reduce((total, weight, j) => total + weight * v[j][i], 0));

// Shares of a row of scores; a row of nothing but -Infinity gets zeros.
export function softmax(scores) {
  const largest = max(scores), powers = scores.map((score) => Math.exp(score - largest)), total = sum(powers) || 1;
  return powers.map((power) => power / total);
}

export function log_softmax(logits) {
  const largest = max(logits);
  const log_sum = largest + Math.log(logits.reduce((total, logit) => total + Math.exp(logit - largest), 0));
  return logits.map((logit) => logit - log_sum);
}

// The places of the k largest numbers, largest first.
export function topk(values, k) {
  const best = [];
  values.forEach((value, i) => {
    if (best.length === k && value <= values[best[k - 1]]) return;
    const at = best.findIndex((other) => values[other] < value);
    best.splice(at < 0 ? best.length : at, 0, i);
    best.length = Math.min(best.length, k);
  });
  return best;
}

// Rows of whole numbers from -127 to 127, each times the scale of its row.
export const dequantise = (q, scale) => q.map((row, i) => Float32Array.from(row, (value) => value * scale[i]));

// What was stored as base64: a vector of float32, or a table as its rows, float32 or int8 with a scale for each row.
export function read_weights({ shape: [n, size], float32, int8, scale }) {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  const numbers = int8 ? new Int8Array(bytes(int8)) : new Float32Array(bytes(float32));
  if (size === undefined) return numbers;
  const rows = range(n).map((i) => numbers.subarray(i * size, (i + 1) * size));
  return int8 ? dequantise(rows, new Float32Array(bytes(scale))) : rows;
}
