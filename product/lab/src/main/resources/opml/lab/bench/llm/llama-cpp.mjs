// llama.cpp as node-llama-cpp has it, asked line by line and answering line by line; see TextProcess.java.
//   node llama-cpp.mjs MODEL CONTEXT THREADS
import {createInterface} from "node:readline";
import {readFileSync} from "node:fs";
import {getLlama} from "node-llama-cpp";

const [file, context, threads] = process.argv.slice(2);

// Its own measure of a run leaves out what JavaScript adds to each token.
let timings = "";
const llama = await getLlama({
  build: "never",
  skipDownload: true,
  gpu: false,
  maxThreads: Number(threads),
  logLevel: "info",
  logger: (_, message) => (timings += message + "\n")
});

const begin = performance.now();
const model = await llama.loadModel({modelPath: file, useMmap: true});

async function open(flashAttention) {
  const opened = await model.createContext({
    contextSize: Number(context),
    batchSize: Math.min(512, Number(context)),
    threads: {ideal: Number(threads), min: Number(threads)},
    flashAttention,
    performanceTracking: true
  });
  return {opened, sequence: opened.getSequence(), flashAttention};
}

// Which is the faster one depends on the processor, the model and what is done: so both are tried.
const plain = await open(false);
let ways = [plain];
const chosen = {};

// The most likely token each time, and no end of the text.
const greedy = {temperature: 0, yieldEogToken: true};

async function write({sequence}, prompt, count) {
  await sequence.clearHistory();
  const tokens = [];
  let first;
  for await (const token of sequence.evaluate(prompt, greedy)) {
    first ??= performance.now();
    tokens.push(token);
    if (tokens.length === count) break;
  }
  return {tokens, seconds: (performance.now() - first) / 1000};
}

// Seconds of one of llama.cpp's own counters since the last call; infinite if it tells none.
async function counted({opened}, name) {
  await opened.printTimings();
  await new Promise(done => setTimeout(done, 20));
  const line = new RegExp(`^.*?print: +${name} time = *([0-9.]+) ms / *([0-9]+)`, "gm");
  const found = [...timings.matchAll(line)].pop();
  timings = "";
  return found === undefined || Number(found[2]) === 0 ? Infinity : Number(found[1]) / 1000;
}

const measures = {
  async prompt(way, ...tokens) {
    await way.sequence.clearHistory();
    await counted(way, "prompt eval");
    const start = performance.now();
    await way.sequence.evaluateWithoutGeneratingNewTokens(tokens);
    const seconds = (performance.now() - start) / 1000;
    return Math.min(seconds, await counted(way, "prompt eval"));
  },
  async decode(way, count, ...prompt) {
    await counted(way, "eval");
    const {seconds} = await write(way, prompt, count + 1);
    return Math.min(seconds, await counted(way, "eval")) / count;
  }
};

// Seconds by the clock or by its own counter, whichever is less, and 1 if flash attention was on. The first call tries
// every way twice, so that nothing counts that is done only once.
async function best(name, numbers) {
  if (chosen[name] === undefined) {
    if (ways.length === 1) ways = [plain, await open(true)];
    let least = Infinity;
    for (const way of ways) {
      await measures[name](way, ...numbers);
      const seconds = await measures[name](way, ...numbers);
      if (seconds < least) {
        least = seconds;
        chosen[name] = way;
      }
    }
  }
  return `${await measures[name](chosen[name], ...numbers)} ${chosen[name].flashAttention ? 1 : 0}`;
}

// Without these, it shows the likeliest tokens alone.
const all = {temperature: 1, topK: 0, topP: 1, minP: 0};

// The logits behind each of some tokens that follow those that were taken before, by token.
async function logits(tokens) {
  const asked = tokens.map(token => [token, {generateNext: {logits: true, options: all}}]);
  return (await plain.sequence.controlledEvaluate(asked)).map(output => output.next.logits);
}

const STEP = 16;

const commands = {
  // Seconds to read so many tokens.
  prompt: (...numbers) => best("prompt", numbers),
  // Seconds a token, of so many behind a prompt.
  decode: (...numbers) => best("decode", numbers),
  async greedy(count, ...prompt) {
    return (await write(plain, prompt, count)).tokens.join(" ");
  },
  // How much greater the logit of one token is than that of another, behind a prompt.
  async gap(one, other, ...prompt) {
    await plain.sequence.clearHistory();
    if (prompt.length > 1) await plain.sequence.evaluateWithoutGeneratingNewTokens(prompt.slice(0, -1));
    const [last] = await logits(prompt.slice(-1));
    return last.get(one) - last.get(other);
  },
  // How unlikely each token behind the first is: minus the logarithm of its probability.
  async surprise(...tokens) {
    await plain.sequence.clearHistory();
    const surprises = [];
    for (let at = 0; at < tokens.length - 1; at += STEP) {
      const some = tokens.slice(at, Math.min(at + STEP, tokens.length - 1));
      (await logits(some)).forEach((scores, i) => {
        let most = -Infinity;
        for (const score of scores.values()) most = Math.max(most, score);
        let sum = 0;
        for (const score of scores.values()) sum += Math.exp(score - most);
        surprises.push(Math.log(sum) + most - scores.get(tokens[at + i + 1]));
      });
    }
    return surprises.join(" ");
  },
  // Most bytes of memory that the process has had.
  async memory() {
    return 1024 * Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  }
};

await write(plain, [1], 1);
console.log((performance.now() - begin) / 1000);
for await (const line of createInterface({input: process.stdin})) {
  const [command, ...numbers] = line.split(" ");
  console.log(await commands[command](...numbers.map(Number)));
}
process.exit(0);
