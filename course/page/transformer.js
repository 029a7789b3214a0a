// The course's Transformer in plain JavaScript, to be read next to the Python. Names are those of the modules
// attention.py, transformer.py, decoding.py, tokens.py and languages.py of the course.
//
// One sentence at a time, so the batch axis is gone. A vector is a Float32Array, a sentence (T, d_model) an array of
// T vectors. Rows of weights are queries, columns are keys; in a mask, true = may attend.

// ------------------------------------------------------------------------------------------------------ attention.py

// Mix the rows of v, each query weighting them by its similarity to the keys (paper, eq. 1).
// q (T_q, d_k), k (T_k, d_k), v (T_k, d_v), mask (T_q, T_k) -> output (T_q, d_v), weights (T_q, T_k)
export function scaled_dot_product_attention(q, k, v, mask = null) {
  const root = Math.sqrt(q[0].length);
  const weights = q.map((query, i) =>
    softmax(k.map((key, j) => (mask && !mask[i][j] ? -Infinity : dot(query, key) / root))));
  return [weights.map((row) => mix(row, v)), weights];
}

// Position t may attend to positions 0..t.
export const causal_mask = (size) => range(size).map((t) => range(size).map((s) => s <= t));

// (T, d_model) -> (n_heads, T, d_head): pieces of the same memory, nothing is copied.
export function split_heads(x, n_heads) {
  const d_head = x[0].length / n_heads;
  return range(n_heads).map((h) => x.map((row) => row.subarray(h * d_head, (h + 1) * d_head)));
}

// (n_heads, T, d_head) -> (T, d_model)
export function merge_heads(heads) {
  const d_head = heads[0][0].length;
  return heads[0].map((_, t) => {
    const row = new Float32Array(heads.length * d_head);
    heads.forEach((head, h) => row.set(head[t], h * d_head));
    return row;
  });
}

export class MultiHeadAttention {
  constructor(weights, name, n_heads) {
    this.n_heads = n_heads;
    for (const layer of ["w_q", "w_k", "w_v", "w_o"]) this[layer] = new Linear(weights, `${name}.${layer}`);
    this.weights = null;       // of the last call: (n_heads, T_q, T_k)
  }

  forward(query, key, value, mask = null) {
    return this.attend(this.queries(query), ...this.keys_and_values(key, value), mask);
  }

  // Attention in every head, the heads side by side, the output projection; q, k and v are split already.
  attend(q, k, v, mask = null) {
    const heads = q.map((_, h) => scaled_dot_product_attention(q[h], k[h], v[h], mask));
    this.weights = heads.map(([, weights]) => weights);
    return merge_heads(heads.map(([output]) => output)).map((x) => this.w_o.forward(x));
  }

  queries(query) {
    return split_heads(query.map((x) => this.w_q.forward(x)), this.n_heads);
  }

  keys_and_values(key, value) {
    return [split_heads(key.map((x) => this.w_k.forward(x)), this.n_heads),
      split_heads(value.map((x) => this.w_v.forward(x)), this.n_heads)];
  }
}

// ---------------------------------------------------------------------------------------------------- transformer.py

// Column 2i is sin(pos / 10000^(2i/d_model)), column 2i+1 the cosine of the same angle (§3.5).
export function sinusoidal_encoding(max_len, d_model) {
  return range(max_len).map((pos) => Float32Array.from({ length: d_model }, (_, column) => {
    const angle = pos * 10000 ** (-(column - (column % 2)) / d_model);
    return column % 2 ? Math.cos(angle) : Math.sin(angle);
  }));
}

// Give a vector mean 0 and variance 1, then scale and shift.
export function layer_norm(x, weight, bias, eps = 1e-5) {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + eps)) * weight[i] + bias[i]);
}

class LayerNorm {
  constructor(weights, name) {
    this.weight = weights[`${name}.weight`];
    this.bias = weights[`${name}.bias`];
  }

  forward(x) {                                    // (T, d_model) -> (T, d_model); a post-norm stack ends without one
    return this.weight ? x.map((row) => layer_norm(row, this.weight, this.bias)) : x;
  }
}

class Linear {
  constructor(weights, name) {
    this.weight = weights[`${name}.weight`];      // (out, in), one row after the other
    this.bias = weights[`${name}.bias`] ?? new Float32Array(this.weight.shape[0]);
  }

  forward(x) {                                    // a vector of `in` numbers -> one of `out`
    const { weight, bias } = this, [n_out, n_in] = weight.shape, y = new Float32Array(n_out);
    for (let i = 0, at = 0; i < n_out; i++) {
      // Nearly all of the time is spent here. Four sums side by side, so that none has to wait for another.
      let a = bias[i], b = 0, c = 0, d = 0, j = 0;
      for (; j + 3 < n_in; j += 4, at += 4) {
        a += weight[at] * x[j];
        b += weight[at + 1] * x[j + 1];
        c += weight[at + 2] * x[j + 2];
        d += weight[at + 3] * x[j + 3];
      }
      for (; j < n_in; j++) a += weight[at++] * x[j];
      y[i] = a + b + c + d;
    }
    return y;
  }
}

class FeedForward {
  constructor(weights, name) {
    this.w_1 = new Linear(weights, `${name}.w_1`);
    this.w_2 = new Linear(weights, `${name}.w_2`);
  }

  forward(x) {
    return x.map((row) => this.w_2.forward(this.w_1.forward(row).map((value) => Math.max(value, 0))));
  }
}

// x + sublayer(norm(x)), or norm(x + sublayer(x)) as in the paper (§3.1).
function residual(x, sublayer, norm, norm_first) {
  const add = (a, b) => a.map((row, t) => row.map((value, i) => value + b[t][i]));
  return norm_first ? add(x, sublayer(norm.forward(x))) : norm.forward(add(x, sublayer(x)));
}

class EncoderLayer {
  constructor(weights, name, { n_heads, norm_first }) {
    this.norm_first = norm_first;
    this.self_attention = new MultiHeadAttention(weights, `${name}.self_attention`, n_heads);
    this.feed_forward = new FeedForward(weights, `${name}.feed_forward`);
    [this.norm_1, this.norm_2] = [1, 2].map((n) => new LayerNorm(weights, `${name}.norm_${n}`));
  }

  forward(x) {
    x = residual(x, (x) => this.self_attention.forward(x, x, x), this.norm_1, this.norm_first);
    return residual(x, (x) => this.feed_forward.forward(x), this.norm_2, this.norm_first);
  }
}

class DecoderLayer {
  constructor(weights, name, { n_heads, norm_first }) {
    this.norm_first = norm_first;
    this.self_attention = new MultiHeadAttention(weights, `${name}.self_attention`, n_heads);
    this.cross_attention = new MultiHeadAttention(weights, `${name}.cross_attention`, n_heads);
    this.feed_forward = new FeedForward(weights, `${name}.feed_forward`);
    [this.norm_1, this.norm_2, this.norm_3] = [1, 2, 3].map((n) => new LayerNorm(weights, `${name}.norm_${n}`));
  }

  // `attend_to_self` and `attend_to_memory` come from outside: with a cache they are not what they are without.
  forward(x, attend_to_self, attend_to_memory) {
    x = residual(x, attend_to_self, this.norm_1, this.norm_first);
    x = residual(x, attend_to_memory, this.norm_2, this.norm_first);
    return residual(x, (x) => this.feed_forward.forward(x), this.norm_3, this.norm_first);
  }
}

// Token ids in, logits over the next target token out (§3). `file` is what Python's `course.page.pack` writes.
export class Transformer {
  constructor(file) {
    const weights = this.parameters = Object.fromEntries(
      Object.entries(file.weights).map(([name, stored]) => [name, read_weights(stored)]));
    Object.assign(this, file.config);             // d_model, n_heads, n_layers, norm_first, pad_id, max_len
    const stack = (name, Layer) => ({
      layers: range(this.n_layers).map((i) => new Layer(weights, `${name}.layers.${i}`, this)),
      norm: new LayerNorm(weights, `${name}.norm`),
    });
    this.embedding = weights["embedding.weight"];                   // (vocab_size, d_model)
    this.positions = weights.positions ? rows_of(weights.positions) : sinusoidal_encoding(this.max_len, this.d_model);
    this.encoder = stack("encoder", EncoderLayer);
    this.decoder = stack("decoder", DecoderLayer);
    this.output = new Linear({ "output.weight": weights["output.weight"] ?? this.embedding }, "output");
  }

  // Token vectors times √d_model, plus positions (§3.4, §3.5); the first token stands at position `start`.
  embed(ids, start = 0) {
    if (start + ids.length > this.positions.length) {
      throw new RangeError(`the sentence has ${start + ids.length} tokens, but this model knows positions only up to ` +
        `max_len = ${this.positions.length}`);
    }
    const scale = Math.sqrt(this.d_model), table = this.embedding, d = this.d_model;
    return ids.map((id, t) => table.subarray(id * d, (id + 1) * d).map(
      (value, i) => value * scale + this.positions[start + t][i]));
  }

  encode(source) {                                // ids (T_k) -> memory (T_k, d_model)
    return this.encoder.norm.forward(this.encoder.layers.reduce((x, layer) => layer.forward(x), this.embed(source)));
  }

  decode(target, memory) {                        // ids (T_q) and memory -> states (T_q, d_model), without a cache
    const mask = causal_mask(target.length);
    return this.decoder.norm.forward(this.decoder.layers.reduce((x, layer) => layer.forward(
      x, (x) => layer.self_attention.forward(x, x, x, mask),
      (x) => layer.cross_attention.forward(x, memory, memory)), this.embed(target)));
  }

  unembed(state) {                                // a state -> logits (vocab_size)
    return this.output.forward(state);
  }
}

// ------------------------------------------------------------------------------------------------------- decoding.py

// A decoder fed one token at a time, which keeps the keys and values of earlier positions.
export class CachedDecoder {
  constructor(model, memory) {
    this.model = model;
    this.position = 0;
    this.past = model.decoder.layers.map(() => null);               // of each layer: k and v, (n_heads, t, d_head) each
    this.of_memory = model.decoder.layers.map((layer) => layer.cross_attention.keys_and_values(memory, memory));
  }

  step(token) {                                   // id -> state of the new position (d_model)
    let x = this.model.embed([token], this.position++);
    this.model.decoder.layers.forEach((layer, i) => {
      x = layer.forward(x, (x) => {
        const join = (old, now) => now.map((head, h) => [...(old?.[h] ?? []), ...head]);
        const [k, v] = layer.self_attention.keys_and_values(x, x);
        this.past[i] = [join(this.past[i]?.[0], k), join(this.past[i]?.[1], v)];
        return layer.self_attention.attend(layer.self_attention.queries(x), ...this.past[i]);
      }, (x) => layer.cross_attention.attend(layer.cross_attention.queries(x), ...this.of_memory[i]));
    });
    return this.model.decoder.norm.forward(x)[0];
  }

  copy() {                                        // what is kept is never changed, so that copies can share it
    return Object.assign(Object.create(CachedDecoder.prototype), this, { past: [...this.past] });
  }
}

// Step by step: the token, all probabilities, and the row of cross-attention that it was chosen by (last layer, mean of
// the heads). The tokens are the most likely ones, or those of `ids`.
export function* follow(model, source, bos_id, eos_id, max_len = 60, ids = null) {
  const decoder = new CachedDecoder(model, model.encode(source));
  for (let token = bos_id, n = 0; n < (ids?.length ?? max_len) && token !== eos_id; n++) {
    const logits = model.unembed(decoder.step(token));
    const heads = model.decoder.layers.at(-1).cross_attention.weights;
    const row = source.map((_, j) => heads.reduce((sum, head) => sum + head[0][j], 0) / heads.length);
    token = ids ? ids[n] : topk(logits, 1)[0];
    yield { token, row, probabilities: softmax(logits) };
  }
}

// Write the most likely next token until the sentence has ended.
export function greedy_decode(model, source, bos_id, eos_id, max_len = 60) {
  return [...follow(model, source, bos_id, eos_id, max_len)].map((step) => step.token);
}

// Follow the `beam_size` most likely beginnings at once (§6.1). One that ends gives up its place in the beam.
// A list of { ids, score }, best first; score = log p / ((5 + n) / 6)^length_penalty.
export function beam_search(model, source, bos_id, eos_id, beam_size = 4, length_penalty = 0.6, max_len = 60) {
  const penalised = ({ ids, log_p }) => ({ ids, score: log_p / ((5 + ids.length) / 6) ** length_penalty });
  const finished = [];
  let beam = [{ ids: [], log_p: 0, token: bos_id, decoder: new CachedDecoder(model, model.encode(source)) }];
  for (let length = 1; length <= max_len && beam.length; length++) {
    const candidates = beam.flatMap(({ ids, log_p, token, decoder }) => {
      const next_log_p = log_softmax(model.unembed(decoder.step(token)));
      return topk(next_log_p, beam_size).map((token) =>
        ({ ids: [...ids, token], log_p: log_p + next_log_p[token], token, decoder }));
    });
    const best = candidates.sort((a, b) => b.log_p - a.log_p).slice(0, beam_size - finished.length);
    finished.push(...best.filter(({ token }) => token === eos_id).map(penalised));
    beam = best.filter(({ token }) => token !== eos_id).map((one) => ({ ...one, decoder: one.decoder.copy() }));
  }
  if (!finished.length && beam.length) finished.push(penalised(beam[0]));     // out of room
  return finished.sort((a, b) => b.score - a.score);
}

export function translate(model, sentence, subwords, beam_size = 1, length_penalty = 0.6, max_len = 60) {
  const source = [...subwords.encode(sentence), subwords.eos_id], ends = [subwords.bos_id, subwords.eos_id];
  max_len = Math.min(max_len, model.positions.length);
  return subwords.decode(beam_size === 1 ? greedy_decode(model, source, ...ends, max_len)
    : beam_search(model, source, ...ends, beam_size, length_penalty, max_len)[0].ids);
}

// ------------------------------------------------------------------------------------------ tokens.py and languages.py

const SPECIAL = /(<pad>|<unk>|<bos>|<eos>)/;
const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]|[^!-/:-@[-`{-~\p{P}]+/gu;
const WIDE = "[\\u3005-\\u3007\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}]";
const WORD = "[\\p{L}\\p{N}_]";

export const space_characters = (sentence) =>
  sentence.replace(new RegExp(`(?<=${WIDE})(?=${WORD})|(?<=${WORD})(?=${WIDE})`, "gu"), " ");
export const join_characters = (sentence) => sentence.replace(new RegExp(`\\s*(${WIDE})\\s*`, "gu"), "$1").trim();

const BYTE = /^<0x[0-9A-F]{2}>$/;

function spelled(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(new Uint8Array(bytes));
  } catch {
    return "\ufffd".repeat(bytes.length);         // bytes that spell nothing
  }
}

// A subword vocabulary: sentences to ids and back. A token that begins a word carries the mark ▁.
export class Subwords {
  constructor({ tokens, merges, spaced }) {
    [this.pad_id, this.unk_id, this.bos_id, this.eos_id] = range(4);
    this.vocabulary = tokens;                     // id -> token
    this.spaced = spaced;                         // Chinese or Japanese: each character is a word
    this.ids = new Map(tokens.map((token, id) => [token, id]));
    this.ranks = new Map(merges.map((pair, rank) => [pair, rank]));
  }

  encode(sentence) {
    const parts = (this.spaced ? space_characters(sentence) : sentence).split(SPECIAL);
    return parts.flatMap((part, n) => {
      if (n % 2) return [this.ids.get(part)];     // a special token, typed as such
      if (!part) return [];
      const text = part.normalize("NFC").replaceAll(" ", "▁");
      const words = (text.startsWith("▁") ? text : `▁${text}`).match(/▁[^▁]*/g);
      return words.flatMap((word) => word.match(PUNCTUATION)).flatMap((word) => this.merge(word));
    });
  }

  // A letter that is no token: its bytes in UTF-8, where the vocabulary has them.
  spell(letter) {
    if (!this.ids.has("<0x00>")) return ["<unk>"];
    return [...new TextEncoder().encode(letter)].map((byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  }

  // Join the pair that was learned first, again and again.
  merge(word) {
    const parts = [...word].flatMap((letter) => (this.ids.has(letter) ? [letter] : this.spell(letter)));
    for (;;) {
      let first = Infinity, at = 0;
      for (let i = 0; i + 1 < parts.length; i++) {
        const rank = this.ranks.get(`${parts[i]} ${parts[i + 1]}`) ?? Infinity;
        if (rank < first) [first, at] = [rank, i];
      }
      if (first === Infinity) return parts.map((part) => this.ids.get(part));
      parts.splice(at, 2, parts[at] + parts[at + 1]);
    }
  }

  tokens(ids) {
    return ids.map((id) => this.vocabulary[id]);
  }

  decode(ids) {
    const tokens = this.joined(this.tokens(ids.filter((id) => id > this.eos_id)));
    const text = tokens.map((token, n) => token.replaceAll("▁", n ? " " : "")).join("");
    return this.spaced ? join_characters(text) : text;
  }

  // Bytes that stand side by side, as the letters that they spell.
  joined(tokens) {
    const found = [];
    let bytes = [];
    for (const token of [...tokens, ""]) {
      if (BYTE.test(token)) {
        bytes.push(parseInt(token.slice(3, 5), 16));
        continue;
      }
      if (bytes.length) found.push(spelled(bytes));
      bytes = [];
      found.push(token);
    }
    return found.slice(0, -1);
  }
}

// ------------------------------------------------------------------------------------------- numbers, and the file

const range = (n) => [...Array(n).keys()];

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

// The sum of the rows of v, weighted.
function mix(weights, v) {
  const output = new Float32Array(v[0].length);
  weights.forEach((weight, j) => v[j].forEach((value, i) => { output[i] += weight * value; }));
  return output;
}

// Shares of a row of scores; a row of nothing but -Infinity gets zeros.
export function softmax(scores) {
  const largest = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = scores.map((score) => (score === -Infinity ? 0 : Math.exp(score - largest)));
  const sum = powers.reduce((a, b) => a + b, 0) || 1;
  return powers.map((power) => power / sum);
}

export function log_softmax(logits) {
  const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const log_sum = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
  return logits.map((logit) => logit - largest - log_sum);
}

// The places of the k largest numbers, largest first.
export function topk(values, k) {
  const best = [];
  values.forEach((value, i) => {
    if (best.length === k && value <= values[best[k - 1]]) return;
    let at = best.length;
    while (at && values[best[at - 1]] < value) at--;
    best.splice(at, 0, i);
    if (best.length > k) best.pop();
  });
  return best;
}

// Rows of whole numbers from -127 to 127, each times the scale of its row.
export function dequantise(q, scale) {
  const n_in = q.length / scale.length;
  return Float32Array.from(q, (value, i) => value * scale[Math.floor(i / n_in)]);
}

// A stored table: base64 of float32 numbers, or of int8 numbers with a float32 scale for each row.
function read_weights({ shape, float32, int8, scale }) {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  const numbers = int8 ? dequantise(new Int8Array(bytes(int8)), new Float32Array(bytes(scale)))
    : new Float32Array(bytes(float32));
  return Object.assign(numbers, { shape });
}

const rows_of = (table) => range(table.shape[0]).map((t) =>
  table.subarray(t * table.shape[1], (t + 1) * table.shape[1]));
