// The course's Transformer in plain JavaScript, to be read next to attention.py, transformer.py and decoding.py: the
// names are theirs. What PyTorch does for them is in torch.js, and what tokens.py does is in tokens.js.
//
// One sentence at a time, so the batch axis is gone. A vector is a Float32Array, a sentence (T, d_model) an array of
// T vectors. Rows of weights are queries, columns are keys; in a mask, true = may attend.
import { Linear, Module, dot, log_softmax, mix, range, read_weights, relu, softmax, sum, topk } from "./torch.js";

// ------------------------------------------------------------------------------------------------------ attention.py

// Mix the rows of v, each query weighting them by its similarity to the keys (paper, eq. 1).
// q (T_q, d_k), k (T_k, d_k), v (T_k, d_v), mask (T_q, T_k) -> output (T_q, d_v), weights (T_q, T_k)
export function scaled_dot_product_attention(q, k, v, mask = null) {
  const scores = q.map((query, i) => k.map((key, j) =>
    (mask && !mask[i][j] ? -Infinity : dot(query, key) / Math.sqrt(query.length))));
  const weights = scores.map((row) => softmax(row));
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
  return heads[0].map((first, t) => {
    const row = new Float32Array(heads.length * first.length);
    heads.forEach((head, h) => row.set(head[t], h * first.length));
    return row;
  });
}

export class MultiHeadAttention extends Module {
  static parts = { w_q: Linear, w_k: Linear, w_v: Linear, w_o: Linear };

  forward(query, key, value, mask = null) {
    return this.attend(this.queries(query), ...this.keys_and_values(key, value), mask);
  }

  // Attention in every head, the heads side by side, the output projection; q, k and v are split already.
  attend(q, k, v, mask = null) {
    const heads = q.map((_, h) => scaled_dot_product_attention(q[h], k[h], v[h], mask));
    this.weights = heads.map(([, weights]) => weights);             // of the last call: (n_heads, T_q, T_k)
    return this.w_o.forward(merge_heads(heads.map(([output]) => output)));
  }

  queries(query) { return split_heads(this.w_q.forward(query), this.n_heads); }

  keys_and_values(key, value) {
    return [this.w_k.forward(key), this.w_v.forward(value)].map((x) => split_heads(x, this.n_heads));
  }
}

// ---------------------------------------------------------------------------------------------------- transformer.py

// Column 2i is sin(pos / 10000^(2i/d_model)), column 2i+1 the cosine of the same angle (§3.5).
export function sinusoidal_encoding(max_len, d_model) {
  return range(max_len).map((pos) => Float32Array.from(range(d_model), (column) => {
    const angle = pos * 10000 ** (-(column - (column % 2)) / d_model);
    return column % 2 ? Math.cos(angle) : Math.sin(angle);
  }));
}

// Give a vector mean 0 and variance 1, then scale and shift.
export function layer_norm(x, weight, bias, eps = 1e-5) {
  const mean = sum(x) / x.length, variance = sum(x.map((value) => (value - mean) ** 2)) / x.length;
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + eps)) * weight[i] + bias[i]);
}

class LayerNorm extends Module {                  // a post-norm stack ends without one: it has no weights then
  forward(x) { return this.weight ? x.map((row) => layer_norm(row, this.weight, this.bias)) : x; }
}

class FeedForward extends Module {
  static parts = { w_1: Linear, w_2: Linear };

  forward(x) { return this.w_2.forward(this.w_1.forward(x).map(relu)); }
}

// x + sublayer(norm(x)), or norm(x + sublayer(x)) as in the paper (§3.1).
function residual(x, sublayer, norm, norm_first) {
  const add = (a, b) => a.map((row, t) => row.map((value, i) => value + b[t][i]));
  return norm_first ? add(x, sublayer(norm.forward(x))) : norm.forward(add(x, sublayer(x)));
}

class EncoderLayer extends Module {
  static parts = {
    self_attention: MultiHeadAttention, feed_forward: FeedForward, norm_1: LayerNorm, norm_2: LayerNorm,
  };

  forward(x) {
    x = residual(x, (x) => this.self_attention.forward(x, x, x), this.norm_1, this.norm_first);
    return residual(x, (x) => this.feed_forward.forward(x), this.norm_2, this.norm_first);
  }
}

class DecoderLayer extends Module {
  static parts = { ...EncoderLayer.parts, cross_attention: MultiHeadAttention, norm_3: LayerNorm };

  // `attend_to_self` and `attend_to_memory` come from outside: with a cache they are not what they are without.
  forward(x, attend_to_self, attend_to_memory) {
    x = residual(x, attend_to_self, this.norm_1, this.norm_first);
    x = residual(x, attend_to_memory, this.norm_2, this.norm_first);
    return residual(x, (x) => this.feed_forward.forward(x), this.norm_3, this.norm_first);
  }
}

class Encoder extends Module {
  static parts = { layers: [EncoderLayer], norm: LayerNorm };

  forward(x) { return this.norm.forward(this.layers.reduce((x, layer) => layer.forward(x), x)); }
}

class Decoder extends Module {
  static parts = { layers: [DecoderLayer], norm: LayerNorm };

  forward(x, attend) {                            // attend(layer, i): the two functions of layer i
    return this.norm.forward(this.layers.reduce((x, layer, i) => layer.forward(x, ...attend(layer, i)), x));
  }
}

// Token ids in, logits over the next target token out (§3). Weights and config are what Python's `pack` writes.
export class Transformer extends Module {
  static parts = { encoder: Encoder, decoder: Decoder, output: Linear };

  constructor({ weights, config }) {              // config: d_model, n_heads, n_layers, norm_first, max_len, ...
    const tables = Object.fromEntries(Object.entries(weights).map(([name, stored]) => [name, read_weights(stored)]));
    const embedding = tables["embedding.weight"];                   // (vocab_size, d_model), for the logits too (§3.4)
    super({ "output.weight": embedding, ...tables }, "", config);
    this.embedding = embedding;
    this.positions = tables.positions ?? sinusoidal_encoding(config.max_len, config.d_model);
  }

  // Token vectors times √d_model, plus positions (§3.4, §3.5); the first token stands at position `start`.
  embed(ids, start = 0) {
    const scale = Math.sqrt(this.d_model), end = start + ids.length, max_len = this.positions.length;
    if (end > max_len) {
      throw new RangeError(
        `the sentence has ${end} tokens, but this model knows positions only up to max_len = ${max_len}`);
    }
    return ids.map((id, t) => this.embedding[id].map((x, i) => x * scale + this.positions[start + t][i]));
  }

  encode(source) { return this.encoder.forward(this.embed(source)); }         // ids (T_k) -> memory (T_k, d_model)

  decode(target, memory) {                        // ids (T_q) and memory -> states (T_q, d_model), without a cache
    const mask = causal_mask(target.length);
    return this.decoder.forward(this.embed(target), ({ self_attention, cross_attention }) => [
      (x) => self_attention.forward(x, x, x, mask), (x) => cross_attention.forward(x, memory, memory)]);
  }

  unembed(state) { return this.output.forward([state])[0]; }                  // (d_model) -> logits (vocab_size)
}

// ------------------------------------------------------------------------------------------------------- decoding.py

// A decoder fed one token at a time, which keeps the keys and values of earlier positions.
export class CachedDecoder {
  constructor(model, memory) {
    const { layers } = model.decoder;
    Object.assign(this, { model, position: 0 });
    this.past = layers.map(() => [0, 1].map(() => range(model.n_heads).map(() => [])));    // k, v (n_heads, t, d_head)
    this.of_memory = layers.map((layer) => layer.cross_attention.keys_and_values(memory, memory));
  }

  step(token) {                                   // id -> state of the new position (d_model)
    const x = this.model.embed([token], this.position++);
    return this.model.decoder.forward(x, ({ self_attention, cross_attention }, i) => [(x) => {
      const now = self_attention.keys_and_values(x, x);
      this.past[i] = this.past[i].map((heads, n) => heads.map((past, h) => [...past, ...now[n][h]]));
      return self_attention.attend(self_attention.queries(x), ...this.past[i]);
    }, (x) => cross_attention.attend(cross_attention.queries(x), ...this.of_memory[i])])[0];
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
    const logits = model.unembed(decoder.step(token)), heads = model.decoder.layers.at(-1).cross_attention.weights;
    const row = source.map((_, j) => sum(heads.map(([weights]) => weights[j])) / heads.length);
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
  const given = [model, [...subwords.encode(sentence), subwords.eos_id], subwords.bos_id, subwords.eos_id];
  max_len = Math.min(max_len, model.positions.length);
  return subwords.decode(beam_size === 1 ? greedy_decode(...given, max_len)
    : beam_search(...given, beam_size, length_penalty, max_len)[0].ids);
}

