// What the package `openai` of npm, unchanged, makes of answers that zod describes: `node openai-forms.mjs URL`.
import OpenAI from "openai";
import { zodFunction, zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";

const [, , url] = process.argv;
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0, timeout: 60_000 });
const model = "heart";
const messages = [{ role: "user", content: "x" }];
// A model of chance would fill its text with the blanks that JSON may have.
const logit_bias = Object.fromEntries(["\t", "\n", "\r", " "].map((blank) => [3 + blank.charCodeAt(0), -10000]));

const Kind = z.enum(["cat", "dog"]);
const Leaf = z.object({ kind: z.literal("leaf"), size: z.number().int().min(1).max(12) });
const Pair = z.object({ kind: z.literal("pair"), parts: z.array(Leaf).min(1).max(2) });
const Animal = z.object({
  kind: Kind,
  tame: z.boolean(),
  name: z.string().regex(/^[A-Z][a-z]{1,3}$/),
  owner: z.object({ first: z.string().max(4), age: z.number().int().min(0).max(99).nullable() }),
  tags: z.array(Kind).max(2),
  shape: z.union([Leaf, Pair]),
});
const form = zodResponseFormat(Animal, "animal");
const heard = { chances: [] };

for (const more of [{}, { temperature: 1, seed: 3 }, { temperature: 2, seed: 4 }]) {
  const chat = await client.chat.completions.parse({ model, messages, logit_bias, response_format: form, ...more });
  const message = chat.choices[0].message;
  heard.chances.push([chat.choices[0].finish_reason, message.refusal ?? null, message.parsed]);
}

const streamed = client.chat.completions.stream({ model, messages, logit_bias, response_format: form });
heard.stream = (await streamed.finalChatCompletion()).choices[0].message.parsed;

const response = await client.responses.parse({
  model,
  input: "x",
  temperature: 1,
  text: { format: zodTextFormat(Leaf, "leaf") },
});
heard.response = response.output_parsed;

const called = await client.chat.completions.parse({
  model,
  messages,
  logit_bias,
  tools: [zodFunction({ name: "feed", parameters: z.object({ whom: Kind, much: z.boolean() }) })],
  tool_choice: "required",
});
const call = called.choices[0].message.tool_calls[0].function;
heard.call = [call.name, call.parsed_arguments];
console.log(JSON.stringify(heard));
