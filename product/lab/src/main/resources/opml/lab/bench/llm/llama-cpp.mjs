// llama.cpp as node-llama-cpp has it, asked line by line and answering line by line; see TextPeer.java.
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
const opened = await model.createContext({
  contextSize: Number(context),
  batchSize: Math.min(512, Number(context)),
  threads: {ideal: Number(threads), min: Number(threads)},
  performanceTracking: true
});
const sequence = opened.getSequence();

// Tokens of the text in all lines of a command.
const greedy = {temperature: 0, yieldEogToken: true};

async function write(prompt, count) {
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

// Seconds of one of llama.cpp's own counters since the last call.
async function counted(name) {
  await opened.printTimings();
  await new Promise(done => setTimeout(done, 20));
  const found = [...timings.matchAll(new RegExp(`^.*?\\b${name} time = *([0-9.]+) ms / *([0-9]+)`, "gm"))].pop();
  timings = "";
  return found === undefined ? NaN : Number(found[1]) / 1000;
}

const commands = {
  // Seconds to read so many tokens.
  async prompt(...tokens) {
    await sequence.clearHistory();
    const start = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(tokens);
    return (performance.now() - start) / 1000;
  },
  // Seconds a token, of so many behind a prompt.
  async decode(count, ...prompt) {
    await counted("eval");
    const {seconds} = await write(prompt, count + 1);
    return `${seconds / count} ${await counted("eval")}`;
  },
  async greedy(count, ...prompt) {
    return (await write(prompt, count)).tokens.join(" ");
  },
  // Most bytes of memory that the process has had.
  async memory() {
    return 1024 * Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
  }
};

await write([1], 1);
console.log((performance.now() - begin) / 1000);
for await (const line of createInterface({input: process.stdin})) {
  const [command, ...numbers] = line.split(" ");
  console.log(await commands[command](...numbers.map(Number)));
}
process.exit(0);
