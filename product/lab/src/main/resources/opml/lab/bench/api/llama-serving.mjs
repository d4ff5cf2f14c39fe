// What `bench api` measures of us, of llama.cpp as node-llama-cpp has it; see LlamaServing.java. Each figure is a ratio
// of two things that are done here, by turns.
//   node llama-serving.mjs MODEL THREADS TOKENS TURNS SCHEMAS
import {getLlama, LlamaGrammarEvaluationState} from "node-llama-cpp";

const [modelPath, ...numbers] = process.argv.slice(2);
const [threads, tokens, turns, schemas] = numbers.map(text => JSON.parse(text));
const TEXTS = 16;
const SHARED = 512;
const WORDS = 1000;

const llama = await getLlama({build: "never", skipDownload: true, gpu: false, maxThreads: threads, logLevel: "error"});
const model = await llama.loadModel({modelPath, useMmap: true});
const vocabulary = model.fileInfo.metadata.llama.vocab_size ?? model.fileInfo.metadata.tokenizer.ggml.tokens.length;

// The most likely token each time, and no end of the text.
const greedy = {temperature: 0, yieldEogToken: true};

const words = count => Array.from({length: count}, () => vocabulary - 1 - Math.floor(WORDS * Math.random()));
const median = values => values.toSorted((a, b) => a - b)[values.length >> 1];
const seconds = since => (performance.now() - since) / 1000;

function open(sequences) {
  return model.createContext({
    sequences,
    contextSize: 768,
    batchSize: 512,
    threads: {ideal: threads, min: threads},
    performanceTracking: false
  });
}

// When the first and the last of some tokens behind a prompt were there.
async function write(sequence, prompt, count) {
  await sequence.clearHistory();
  let first, last, said = 0;
  for await (const _ of sequence.evaluate(prompt, greedy)) {
    last = performance.now();
    first ??= last;
    if (++said === count) break;
  }
  return {first, last};
}

const texts = await open(TEXTS);
const sequences = Array.from({length: TEXTS}, () => texts.getSequence());
const streams = [];
for (let turn = -1; turn < turns; turn++) {
  const one = await write(sequences[0], words(16), tokens);
  const alone = (tokens - 1) / (one.last - one.first);
  const all = await Promise.all(sequences.map(each => write(each, words(16), tokens)));
  const time = Math.max(...all.map(each => each.last)) - Math.min(...all.map(each => each.first));
  if (turn >= 0) streams.push((TEXTS * (tokens - 1)) / time / alone);
}
await texts.dispose();

const sequence = (await open(1)).getSequence();

// Seconds to the first token of a prompt, of which what is in memory already is not read again.
async function firstToken(prompt) {
  const begin = performance.now();
  await sequence.adaptStateToTokens(prompt, false);
  for await (const _ of sequence.evaluate(prompt.slice(sequence.nextTokenIndex), greedy)) return seconds(begin);
}

const prefixes = [];
for (let turn = 0; turn < turns; turn++) {
  const shared = words(SHARED);
  const whole = await firstToken([...shared, ...words(4)]);
  prefixes.push((await firstToken([...shared, ...words(4)])) / whole);
}

// The same tokens with a grammar, and then without one.
let masked = 0, plain = 0;
for (const [i, schema] of schemas.entries()) {
  const grammar = await llama.createGrammarForJsonSchema(schema);
  const prompt = words(16);
  const said = [];
  await sequence.clearHistory();
  let begin, passes = 0;
  const grammarEvaluationState = new LlamaGrammarEvaluationState({model, grammar});
  for await (const token of sequence.evaluate(prompt, {...greedy, grammarEvaluationState})) {
    if (begin !== undefined) passes++;
    begin ??= performance.now();
    said.push(token);
    if (passes === tokens || model.isEogToken(token)) break;
  }
  const withMasks = seconds(begin);
  await sequence.clearHistory();
  const steps = sequence.evaluate(prompt, greedy);
  await steps.next();
  begin = performance.now();
  // What stands in for the token that it has said itself.
  for (const token of said.slice(0, passes)) await steps.next(token);
  const without = seconds(begin);
  await steps.return();
  if (i > 0) {
    masked += withMasks;
    plain += without;
  }
}
console.log(
  JSON.stringify({streams: median(streams), prefix_ratio: median(prefixes), share: (masked - plain) / masked})
);
process.exit(0);
