// tokens.py and languages.py in JavaScript: a sentence to the ids of its subwords, and back.

const SPECIAL = /(<pad>|<unk>|<bos>|<eos>)/;
const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]|[^!-/:-@[-`{-~\p{P}]+/gu;
const BYTE = /^<0x([0-9A-F]{2})>$/;
const WIDE = "[\\u3005-\\u3007\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}]";
const WORD = "[\\p{L}\\p{N}_]";

// Blanks between Chinese or Japanese characters, so that each becomes a word; and without them again.
export const space_characters = (sentence) =>
  sentence.replace(new RegExp(`(?<=${WIDE})(?=${WORD})|(?<=${WORD})(?=${WIDE})`, "gu"), " ");
export const join_characters = (sentence) => sentence.replace(new RegExp(`\\s*(${WIDE})\\s*`, "gu"), "$1").trim();

// A subword vocabulary. A token that begins a word carries the mark ▁.
export class Subwords {
  constructor({ tokens, merges, spaced }) {
    [this.pad_id, this.unk_id, this.bos_id, this.eos_id] = [0, 1, 2, 3];
    this.vocabulary = tokens;                     // id -> token
    this.spaced = spaced;                         // Chinese or Japanese: each character is a word
    this.ids = new Map(tokens.map((token, id) => [token, id]));
    this.ranks = new Map(merges.map((pair, rank) => [pair, rank]));
  }

  encode(sentence) {
    return (this.spaced ? space_characters(sentence) : sentence).split(SPECIAL).flatMap((part, n) => {
      if (n % 2) return [this.ids.get(part)];     // a special token, typed as such
      if (!part) return [];
      const text = part.normalize("NFC").replaceAll(" ", "▁");
      const words = (text.startsWith("▁") ? text : `▁${text}`).match(/▁[^▁]*/g);
      return words.flatMap((word) => word.match(PUNCTUATION)).flatMap((word) => this.merge(word));
    });
  }

  // Join the pair that was learned first, again and again.
  merge(word) {
    const parts = [...word].flatMap((letter) => (this.ids.has(letter) ? [letter] : this.spell(letter)));
    for (;;) {
      const ranks = parts.slice(1).map((part, i) => this.ranks.get(`${parts[i]} ${part}`) ?? Infinity);
      const first = Math.min(...ranks), at = ranks.indexOf(first);
      if (first === Infinity) return parts.map((part) => this.ids.get(part));
      parts.splice(at, 2, parts[at] + parts[at + 1]);
    }
  }

  // A letter that is no token: its bytes in UTF-8, where the vocabulary has them.
  spell(letter) {
    if (!this.ids.has("<0x00>")) return ["<unk>"];
    const digits = [...new TextEncoder().encode(letter)].map((byte) => byte.toString(16).padStart(2, "0"));
    return digits.map((two) => `<0x${two.toUpperCase()}>`);
  }

  tokens(ids) { return ids.map((id) => this.vocabulary[id]); }

  decode(ids) {
    const parts = read_bytes(this.tokens(ids.filter((id) => id > this.eos_id)));
    const text = parts.map((part, n) => part.replaceAll("▁", n ? " " : "")).join("");
    return this.spaced ? join_characters(text) : text;
  }
}

// Tokens that are bytes side by side become the letters that they spell, or a mark each where they spell nothing.
function read_bytes(tokens) {
  const parts = [];
  for (const token of tokens) {
    const byte = BYTE.exec(token);
    if (!byte) parts.push(token);
    else if (Array.isArray(parts.at(-1))) parts.at(-1).push(parseInt(byte[1], 16));
    else parts.push([parseInt(byte[1], 16)]);
  }
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return parts.map((part) => {
    if (!Array.isArray(part)) return part;
    try { return utf8.decode(new Uint8Array(part)); } catch { return "\ufffd".repeat(part.length); }
  });
}
