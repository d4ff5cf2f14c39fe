// What the package `openai` of npm, unchanged, makes of calls of tools: `node openai-tools.mjs URL TEXT`.
import OpenAI from "openai";

const [, , url, text] = process.argv;
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0, timeout: 30_000 });
const model = "heart";
const messages = [{ role: "user", content: text }];
const parameters = { type: "object", properties: { a: { type: "string" } } };
const called = [];
const heard = {};

const tools = [{ type: "function", function: { name: "add", parameters } }];
const chat = await client.chat.completions.create({ model, messages, tools });
heard.reason = chat.choices[0].finish_reason;
heard.calls = chat.choices[0].message.tool_calls.map((each) => [each.function.name, each.function.arguments]);

const stream = await client.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
heard.stream = stream.choices[0].message.tool_calls.map((each) => [each.function.name, each.function.arguments]);

// Calls the function, tells the model what came of it, and so on until it says something.
const runner = client.chat.completions.runTools({
  model,
  messages,
  tools: [
    {
      type: "function",
      function: {
        name: "add",
        parameters,
        parse: JSON.parse,
        function: (given) => {
          called.push(given);
          return "y";
        },
      },
    },
  ],
});
heard.final = await runner.finalContent();
heard.called = called;

const response = await client.responses.create({
  model,
  input: text,
  tools: [{ type: "function", name: "add", parameters, strict: false }],
});
const call = response.output.find((each) => each.type === "function_call");
heard.responseCall = [call.name, call.arguments];
const next = await client.responses.create({
  model,
  previous_response_id: response.id,
  input: [{ type: "function_call_output", call_id: call.call_id, output: "y" }],
});
heard.responseFinal = next.output_text;
console.log(JSON.stringify(heard));
