#!/usr/bin/env node
// Writes spec/vectors/sampling.json: choices of tokens, breakers, grammars and requests after spec/numerics.md (Sampling, Grammars) and
// spec/graph.md (Language models), by a third implementation, the slow and plain one: sorted lists, and texts as bytes.
//
//   node tools/sampling.js > ../spec/vectors/sampling.json
const f = Math.fround; // of a sum, product or quotient of floats in doubles, what floats give
const hex = (buffer) => '0x' + Buffer.from(buffer).toString('hex');

// --- chance, always the same ---
let state = 2024;
const below = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * n);
};
const any = (list) => list[below(list.length)];
const real = (from, to) => f(from + ((to - from) * below(1 << 20)) / (1 << 20));

// --- floats that doubles are not enough for ---
function parts(x) { // x = m * 2^e
  if (x === 0) return [0n, 0];
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const m = (word & ((1n << 52n) - 1n)) | (1n << 52n); // floats are normal as doubles
  return [x < 0 ? -m : m, Number((word >> 52n) & 2047n) - 1075];
}
function rounded(m, e) { // to the nearest float, half to even
  const size = m < 0n ? -m : m;
  const cut = Math.max(size.toString(2).length - 24, -149 - e);
  if (cut <= 0) return f(Number(m) * 2 ** e);
  const rest = size & ((1n << BigInt(cut)) - 1n);
  const half = 1n << BigInt(cut - 1);
  let kept = size >> BigInt(cut);
  if (rest > half || (rest === half && kept & 1n)) kept += 1n;
  return f((m < 0n ? -1 : 1) * Number(kept) * 2 ** (e + cut));
}
function fma(a, b, c) {
  const [am, ae] = parts(a), [bm, be] = parts(b), [cm, ce] = parts(c);
  const e = Math.min(ae + be, ce);
  return rounded(((am * bm) << BigInt(ae + be - e)) + (cm << BigInt(ce - e)), e);
}
const [LOG2_E, LN2_HIGH, LN2_LOW, ...COEFFICIENTS] = [0x3fb8aa3b, 0x3f317218, 0xb102e308, 0x3ab511f0, 0x3c091d10, 0x3d2aac79, 0x3e2aaa49,
  0x3efffffe, 0x3f800000, 0x3f800000].map((bits) => new Float32Array(new Uint32Array([bits]).buffer)[0]);
function exp(x) {
  if (x >= 89) return Infinity;
  if (x <= -104) return 0;
  const y = f(x * LOG2_E), down = Math.floor(y), n = y - down === 0.5 ? down + (down & 1) : Math.round(y);
  let r = fma(-n, LN2_HIGH, x);
  r = fma(-n, LN2_LOW, r);
  let p = COEFFICIENTS[0];
  for (const c of COEFFICIENTS.slice(1)) p = fma(p, r, c);
  const half = n >> 1;
  return f(f(p * 2 ** half) * 2 ** (n - half));
}

// --- requests ---
const HEADER = 64;
const i32 = (request, at) => request.readInt32LE(at);
const f32 = (request, at) => request.readFloatLE(at);
function fields(request, words, vocabulary) { // undefined if it is none
  const from0 = (at, most) => i32(request, at) >= 0 && f32(request, at) <= most;
  const MAX = 3.4028234663852886e38;
  const P = i32(request, 0), B = i32(request, 44), G = i32(request, 56), D = i32(request, 60), C = words - 16;
  if (P < 0 || B < 0 || G < 0 || P > C || 2 * B > C - P || G > C - P - 2 * B) return undefined;
  if (!from0(8, MAX) || i32(request, 12) < 0 || ![16, 20, 24].every((at) => from0(at, 1)) || i32(request, 28) < 0 || !from0(32, MAX)) return undefined;
  if (![36, 40].every((at) => Number.isFinite(f32(request, at)))) return undefined;
  const biases = [];
  let at = HEADER + 4 * P;
  for (let i = 0; i < B; i++, at += 8) {
    const bias = [i32(request, at), f32(request, at + 4)];
    if (bias[0] <= (i ? biases[i - 1][0] : -1) || bias[0] >= vocabulary || !Number.isFinite(bias[1])) return undefined;
    biases.push(bias);
  }
  const grammar = Array.from({ length: G }, (_, i) => i32(request, at + 4 * i));
  at += 4 * G;
  let dry;
  if (D !== 0) {
    if (D < 4 || D > 64 || D > C - P - 2 * B - G) return undefined;
    const entries = Array.from({ length: D - 4 }, (_, i) => i32(request, at + 16 + 4 * i));
    dry = { m: f32(request, at), b: f32(request, at + 4), a: i32(request, at + 8), n: i32(request, at + 12), breakers: [[]] };
    if (!(dry.m > 0 && dry.m <= MAX && dry.b >= 1 && dry.b <= MAX && dry.a >= 0 && dry.n > 0)) return undefined;
    for (const entry of entries) {
      if ((entry & 0x7fffff00) !== 0) return undefined;
      dry.breakers[dry.breakers.length - 1].push(entry & 255);
      if (entry < 0) dry.breakers.push([]);
    }
    if (dry.breakers.pop().length) return undefined;
  }
  return { temperature: f32(request, 8), topK: i32(request, 12), topP: f32(request, 16), minP: f32(request, 20), typical: f32(request, 24),
    last: i32(request, 28), repeat: f32(request, 32), often: f32(request, 36), once: f32(request, 40), biases, seed: request.readBigUInt64LE(48),
    grammar, dry };
}

// --- repeated sequences ---
const contains = (bytes, breaker, from = 0) => bytes.indexOf(Buffer.from(breaker), from) >= 0;
function endsIn(dry, pieces, text, i) {
  const before = Buffer.concat(text.slice(0, i).map((t) => pieces[t])), own = pieces[text[i]];
  return dry.breakers.some((b) => contains(Buffer.concat([before, own]), b, Math.max(0, before.length - b.length + 1)));
}
function notes(dry, pieces, text) { // what dry.breaks writes
  return text.map((t, i) => {
    const bytes = Buffer.concat(text.slice(0, i + 1).map((u) => pieces[u]));
    let word = 0n, bit = 0n;
    for (const breaker of dry.breakers) {
      for (let k = 1; k <= breaker.length; k++, bit++) {
        if (bytes.length >= k && bytes.subarray(bytes.length - k).equals(Buffer.from(breaker.slice(0, k)))) word |= 1n << bit;
      }
    }
    // A token without bytes is behind what was there before it.
    if (endsIn(dry, pieces, text, i)) word |= 1n << 62n;
    if (dry.breakers.some((b) => contains(pieces[t], b))) word |= 1n << 63n;
    return '0x' + word.toString(16);
  });
}
function losses(dry, pieces, text) {
  const w = Math.min(text.length, dry.n), window = text.slice(text.length - w);
  let l = 0;
  while (l < w && !endsIn(dry, pieces, text, text.length - 1 - l)) l++;
  const lost = new Map();
  for (let at = 1; at < w; at++) {
    let s = 0;
    while (s < at && window[at - 1 - s] === window[w - 1 - s]) s++;
    s = Math.min(s, l);
    const t = window[at];
    if (s >= dry.a && !dry.breakers.some((b) => contains(pieces[t], b))) lost.set(t, Math.max(s, lost.get(t) ?? 0));
  }
  for (const [t, s] of lost) {
    let p = 1;
    for (let i = dry.a; i < s; i++) p = f(p * dry.b) < Infinity ? f(p * dry.b) : p;
    lost.set(t, f(dry.m * p));
  }
  return lost;
}

// --- choices ---
function philox(n, seed) {
  let [a, b, c, d] = [BigInt(n), 0n, 0n, 0n], k = seed & 0xffffffffn, l = seed >> 32n;
  for (let i = 0; i < 10; i++) {
    const x = 0xcd9e8d57n * c, y = 0xd2511f53n * a, low = 0xffffffffn;
    [a, b, c, d] = [(x >> 32n) ^ b ^ k, x & low, (y >> 32n) ^ d ^ l, y & low];
    [k, l] = [(k + 0x9e3779b9n) & low, (l + 0xbb67ae85n) & low];
  }
  return a | (b << 32n);
}
function choice(asked, logits, pieces, text) {
  const x = logits.map((v) => f(v) + 0), OUT = -Infinity, one = 2 ** 40;
  const set = (i, v) => { x[i] = v > OUT ? f(v) + 0 : OUT; };
  x.forEach((v, i) => set(i, v));
  asked.biases.forEach(([i, bias]) => set(i, f(x[i] + bias)));
  const counts = new Map();
  text.slice(Math.max(0, text.length - asked.last)).forEach((t) => counts.set(t, (counts.get(t) ?? 0) + 1));
  for (const [t, c] of counts) {
    let v = x[t];
    if (asked.repeat > 0) v = v > 0 ? f(v / asked.repeat) : f(v * asked.repeat);
    set(t, f(v - f(f(c * asked.often) + asked.once)));
  }
  if (asked.dry) for (const [t, loss] of losses(asked.dry, pieces, text)) set(t, f(x[t] - loss));
  const left = () => x.map((v, i) => i).filter((i) => x[i] > OUT);
  const falling = () => left().sort((i, j) => x[j] - x[i] || i - j);
  const keep = (some) => { const kept = new Set(some); x.forEach((_, i) => { if (!kept.has(i)) x[i] = OUT; }); };
  const masses = (temperature) => {
    const m = Math.max(...x);
    return x.map((v) => (v === OUT ? 0n : v === m ? BigInt(one) : BigInt(Math.trunc(exp(f(f(v - m) / temperature)) * one))));
  };
  const total = (mass) => mass.reduce((a, b) => a + b, 0n);
  const fewest = (order, mass, share, above) => { // whose mass is at least, or above, a share
    const target = BigInt(Math.floor(share * 2 ** 32)) * total(mass);
    let sum = 0n;
    for (let i = 0; i < order.length; i++) {
      sum += mass[order[i]] << 32n;
      if (above ? sum > target : sum >= target) return order.slice(0, i + 1);
    }
    return order;
  };
  if (asked.topK > 0) keep(falling().slice(0, asked.topK));
  if (asked.typical > 0 && asked.typical < 1) {
    const mass = masses(1), m = Math.max(...x), d = x.map((v) => (v === m ? 0 : f(m - v)));
    const sum = total(mass.map((M, i) => (M > 0n ? BigInt(Math.trunc(f(f(Number(M)) * d[i]))) : 0n)));
    const D = f(f(Number(sum)) / f(Number(total(mass))));
    const surprise = d.map((v) => Math.abs(f(v - D)));
    keep(fewest(left().filter((i) => mass[i] > 0n).sort((i, j) => surprise[i] - surprise[j] || i - j), mass, asked.typical, true));
  }
  const mass = masses(1);
  if (asked.topP > 0 && asked.topP < 1) keep(fewest(falling(), mass, asked.topP, false));
  if (asked.minP > 0) keep(left().filter((i) => mass[i] >= BigInt(Math.trunc(f(asked.minP * one)))));
  if (!left().length) return 0;
  if (!(asked.temperature > 0)) return falling()[0];
  const drawn = masses(asked.temperature), u = (philox(text.length, asked.seed) * total(drawn)) >> 64n;
  let end = 0n;
  return drawn.findIndex((M) => (end += M) > u);
}

// --- grammars ---
function next(table, place, b) { // a place is an entry and its returns; undefined for none
  let { entry, returns } = place;
  for (let i = 0; i < 128; i++) {
    if (entry >= table.length || entry < 0) return undefined;
    const word = table[entry], low = word & 255, high = (word >> 8) & 255, target = (word >> 16) & 0x3fff, calls = ((word >> 30) & 1) === 1;
    if (low <= b && b <= high) {
      if (!calls) return { entry: target, returns };
      if (returns.length === 32 || entry + 1 >= table.length) return undefined;
      returns = [...returns, table[entry + 1]];
      entry = target;
    } else if (word >= 0) entry += calls ? 2 : 1;
    else if (low <= high) return undefined;
    else if (returns.length) [entry, returns] = [returns[returns.length - 1], returns.slice(0, -1)];
    else return b === 256 ? { entry: 0, returns: [] } : undefined;
  }
  return undefined;
}
const walk = (table, place, bytes) => (bytes.length ? [...bytes].reduce((p, b) => p && next(table, p, b), place) : undefined);
function allowed(table, place, pieces, stops) {
  const mayEnd = place !== undefined && next(table, place, 256) !== undefined;
  const some = pieces.map((piece, t) => (stops[t] ? mayEnd : place !== undefined && walk(table, place, piece) !== undefined));
  return some.includes(true) ? some : stops.map((s) => s === 1);
}

// --- the vectors ---
function written(C, prompt, asked) {
  const request = Buffer.alloc(HEADER + 4 * C);
  const numbers = { 8: asked.temperature, 16: asked.topP, 20: asked.minP, 24: asked.typical, 32: asked.repeat, 36: asked.often, 40: asked.once };
  Object.entries(numbers).forEach(([at, v]) => request.writeFloatLE(v ?? 0, Number(at)));
  const whole = { 0: prompt.length, 4: 1, 12: asked.topK, 28: asked.last, 44: asked.biases?.length, 56: asked.grammar?.length };
  Object.entries(whole).forEach(([at, v]) => request.writeInt32LE(v ?? 0, Number(at)));
  request.writeBigUInt64LE(asked.seed ?? 0n, 48);
  let at = HEADER;
  const put = (...words) => words.forEach((w) => { request.writeInt32LE(w | 0, at); at += 4; });
  const bits = (v) => { const b = Buffer.alloc(4); b.writeFloatLE(v); return b.readInt32LE(0); };
  put(...prompt);
  (asked.biases ?? []).forEach(([t, bias]) => put(t, bits(bias)));
  put(...(asked.grammar ?? []));
  if (asked.dry) {
    const entries = asked.dry.breakers.flatMap((b) => b.map((c, i) => (i === b.length - 1 ? c | 0x80000000 : c)));
    request.writeInt32LE(4 + entries.length, 60);
    put(bits(asked.dry.m), bits(asked.dry.b), asked.dry.a, asked.dry.n, ...entries);
  }
  return request;
}
const letters = (least, most) => Buffer.from(Array.from({ length: least + below(most - least + 1) }, () => 97 + below(4)));
const some = (value) => (below(2) ? value : undefined);
const randomDry = () => ({ m: real(0.1, 3), b: any([1, 1.75, real(1, 2), f(1e30)]), a: below(4), n: any([2 ** 31 - 1, 1 + below(20)]),
  breakers: Array.from({ length: below(4) }, () => [...letters(1, 3)]) });
function randomAsked(vocabulary) {
  return { temperature: some(real(0.2, 2)), topK: some(1 + below(vocabulary)), topP: some(real(0, 1)), minP: some(real(0, 0.3)), typical: some(real(0.01, 1)),
    last: some(1 + below(20)), repeat: some(real(0.7, 2)), often: some(real(-0.5, 0.5)), once: some(real(-0.5, 0.5)),
    biases: some([[below(4), real(-3, 3)], [4 + below(4), real(-3, 3)]]), seed: (BigInt(below(2 ** 32)) << 32n) | BigInt(below(2 ** 32)), dry: some(randomDry()) };
}

const choices = Array.from({ length: 60 }, () => {
  const count = 8 + below(9), pieces = Array.from({ length: count }, () => letters(0, 3));
  const text = Array.from({ length: 1 + below(24) }, () => below(any([3, count])));
  const logits = Array.from({ length: count }, () => real(-4, 4));
  const request = written(text.length + 40, text, randomAsked(count));
  const asked = fields(request, request.length / 4, count);
  const bits = Buffer.alloc(4 * count);
  logits.forEach((v, i) => bits.writeFloatLE(v, 4 * i));
  return { request: hex(request), pieces: pieces.map(hex), text, logits: hex(bits), breaks: asked.dry ? notes(asked.dry, pieces, text) : [],
    token: choice(asked, logits, pieces, text) };
});

// An entry is first byte, last byte, next entry, and whether it is a call, or the last of its state.
const entry = (low, high, target, ...marks) => low | (high << 8) | (target << 16) | (marks.includes('call') ? 1 << 30 : 0) | (marks.includes('last') ? 1 << 31 : 0);
const END = entry(1, 0, 0, 'last');
const tables = [
  [entry(97, 98, 1, 'last'), entry(97, 97, 0), entry(99, 99, 3, 'last'), END],
  [entry(97, 97, 1, 'last'), entry(97, 97, 0, 'call'), 3, END, entry(98, 98, 0, 'last')], // what is called is the beginning
];
const randomTable = () => Array.from({ length: 6 + below(10) }, () => {
  const low = 97 + below(4);
  return any([END, below(6), below(2 ** 32) | 0, ...Array.from({ length: 5 }, () => entry(low, low + below(3), below(12), ...(below(2) ? ['last'] : []),
    ...(below(3) ? [] : ['call'])))]);
});
function guided(table) {
  const pieces = Array.from({ length: 40 }, () => letters(0, 3)), stops = pieces.map((_, i) => (i % 13 === 5 ? 1 : 0));
  const text = [], bits = [];
  let place = { entry: 0, returns: [] };
  for (let i = 0; i < 6; i++) {
    const may = allowed(table, place, pieces, stops);
    bits.push(hex(may.reduce((bytes, yes, t) => { if (yes) bytes[t >> 3] |= 1 << (t & 7); return bytes; }, Buffer.alloc(8))));
    const good = may.flatMap((yes, t) => (yes && !stops[t] ? [t] : []));
    text.push(good.length ? any(good) : below(40));
    place = place && walk(table, place, pieces[text[i]]);
  }
  return { lives: place !== undefined, vector: { table, pieces: pieces.map(hex), stops, text, allowed: bits } };
}
const grammars = tables.map((table) => guided(table).vector);
while (grammars.length < 14) { // most of them with a text that does not leave them
  const { lives, vector } = guided(randomTable());
  if (lives || below(40) === 0) grammars.push(vector);
}

const requests = Array.from({ length: 120 }, (_, i) => {
  const text = Array.from({ length: 1 + below(3) }, () => below(8));
  const request = written(3 + below(40), [], {});
  const good = written(40, text, { ...randomAsked(8), grammar: some(tables[0]) });
  good.copy(request, 0, 0, Math.min(good.length, request.length));
  if (i % 3) {
    const at = 4 * any([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15, 16 + below(request.length / 4 - 16)]);
    request.writeInt32LE(any([0, 1, -1, 4, 70, 0x3f800000, 0x3f800001, 0x7f7fffff, 0x7f800000, 0x80000000 | 0, below(2 ** 32) | 0]), at);
  }
  return { request: hex(request), vocabulary: 8, taken: fields(request, request.length / 4, 8) !== undefined };
});

const rows = (name, list) => `"${name}": [\n${list.map((row) => '  ' + JSON.stringify(row)).join(',\n')}\n ]`;
process.stdout.write(`{\n ${[rows('choices', choices), rows('grammars', grammars), rows('requests', requests)].join(',\n ')}\n}\n`);
