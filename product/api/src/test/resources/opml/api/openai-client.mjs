// What the package `openai` of npm, unchanged, hears of a server: `node openai-client.mjs URL MODEL TEXT`.
import OpenAI from "openai";

const [, , url, model, text] = process.argv;
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0, timeout: 30_000 });
const messages = [{ role: "user", content: text }];
const heard = {};

heard.models = (await client.models.list()).data.map((each) => each.id);
const chat = await client.chat.completions.create({ model, messages, max_tokens: 8, temperature: 0, seed: 7 });
heard.chat = chat.choices[0].message.content;
heard.usage = chat.usage.total_tokens;

heard.stream = "";
const stream = await client.chat.completions.create({
  model,
  messages,
  max_tokens: 8,
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  heard.stream += chunk.choices[0]?.delta?.content ?? "";
  heard.streamUsage = chunk.usage?.total_tokens;
}

const whole = await client.chat.completions.stream({ model, messages, max_tokens: 8 }).finalChatCompletion();
heard.helper = whole.choices[0].message.content;
heard.text = (await client.completions.create({ model, prompt: text, max_tokens: 8 })).choices[0].text;

const chances = await client.chat.completions.create({ model, messages, max_tokens: 8, logprobs: true, top_logprobs: 2 });
heard.tokens = chances.choices[0].logprobs.content.length;
heard.surest = chances.choices[0].logprobs.content.every((each) => each.top_logprobs[0].logprob === each.logprob);

// It asks for base64 by itself, and for numbers if it is told to.
const vector = await client.embeddings.create({ model, input: [text, "b"] });
const numbers = await client.embeddings.create({ model, input: [text, "b"], encoding_format: "float" });
heard.vectors = vector.data.map((each) => each.embedding.length);
heard.sameVectors = vector.data.every((each, i) =>
  each.embedding.every((x, j) => x === Math.fround(numbers.data[i].embedding[j])),
);

const response = await client.responses.create({ model, input: text, max_output_tokens: 8 });
heard.response = response.output_text;
const events = client.responses.stream({ model, input: text, max_output_tokens: 8 });
heard.responseStream = "";
for await (const event of events) {
  if (event.type === "response.output_text.delta") heard.responseStream += event.delta;
}
heard.responseUsage = (await events.finalResponse()).usage.total_tokens;
heard.kept = (await client.responses.retrieve(response.id)).output_text === response.output_text;
await client.responses.delete(response.id);

heard.errors = [];
for (const wrong of [{ model: "nobody" }, { temperature: -2 }, { messages: [] }]) {
  try {
    await client.chat.completions.create({ model, messages, ...wrong });
  } catch (e) {
    heard.errors.push({ kind: e.constructor.name, status: e.status, param: e.param });
  }
}
console.log(JSON.stringify(heard));
