"use strict";
// Talks with the server that this page is from, by the API that every other client uses.
const byId = (id) => document.getElementById(id);
const [model, key, said, ask, text, send, stop] = ["model", "key", "said", "ask", "text", "send", "stop"].map(byId);
let messages = [];
let running = null;

function headers() {
  const all = { "Content-Type": "application/json" };
  if (key.value) all.Authorization = "Bearer " + key.value;
  return all;
}

function show(kind, words) {
  const box = document.createElement("div");
  box.className = "message " + kind;
  box.textContent = words;
  said.append(box);
  said.scrollTop = said.scrollHeight;
  return box;
}

// What the server has signed of an answer, and a way to take it along.
function showReceipt(receipts) {
  const { server, domain, message } = receipts[0];
  const box = document.createElement("details");
  box.className = "receipt";
  const line = (tag, words) => {
    const part = document.createElement(tag);
    part.textContent = words;
    box.append(part);
    return part;
  };
  line("summary", "Receipt, signed by " + server);
  const place = domain.verifyingContract
    ? "at hub " + domain.verifyingContract + " of chain " + domain.chainId
    : "on a chain of its choice";
  line("p", "It says that model " + message.model + " gives just this answer to just this request, and that the signer will claim so "
    + place + ", with a bond, until " + new Date(1000 * message.deadline).toLocaleString() + ".");
  line("p", "This page does not check it. Whoever has the model's file does: opml receipt check receipt.json -m FILE");
  const words = JSON.stringify(receipts.length === 1 ? receipts[0] : { receipts });
  const copy = line("button", "Copy");
  copy.type = "button";
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(words);
      copy.textContent = "Copied";
    } catch {
      // Pages of other machines may not write there; it can still be taken by hand.
      const text = line("textarea", words);
      text.readOnly = true;
      text.select();
      copy.remove();
    }
  });
  said.append(box);
}

async function failure(response) {
  const body = await response.json().catch(() => ({}));
  return new Error(body.error ? body.error.message : "The server answers with " + response.status + ".");
}

async function listModels() {
  const response = await fetch("v1/models", { headers: headers() });
  if (!response.ok) throw await failure(response);
  model.replaceChildren(...(await response.json()).data.map((each) => new Option(each.id, each.id)));
}

// Events end with an empty line; a network packet may end anywhere.
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const whole = (rest + part.value).split("\n\n");
    rest = whole.pop();
    for (const event of whole) {
      if (event.startsWith("data: ") && event !== "data: [DONE]") yield JSON.parse(event.slice(6));
    }
  }
}

async function answer() {
  const words = text.value;
  if (!words.trim() || running) return;
  text.value = "";
  show("user", words);
  const asked = [...messages, { role: "user", content: words }];
  const box = show("assistant", "");
  running = new AbortController();
  send.hidden = true;
  stop.hidden = false;
  try {
    if (!model.value) await listModels();
    const response = await fetch("v1/chat/completions", {
      method: "POST",
      headers: headers(),
      body: JSON.stringify({ model: model.value, messages: asked, stream: true }),
      signal: running.signal,
    });
    if (!response.ok) throw await failure(response);
    const receipts = [];
    for await (const event of events(response)) {
      if (event.error) throw new Error(event.error.message);
      box.textContent += event.choices[0]?.delta?.content ?? "";
      receipts.push(...(event.receipt ? [event.receipt] : (event.receipts ?? [])));
      said.scrollTop = said.scrollHeight;
    }
    messages = [...asked, { role: "assistant", content: box.textContent }];
    if (receipts.length) showReceipt(receipts);
    said.scrollTop = said.scrollHeight;
  } catch (e) {
    if (e.name === "AbortError") {
      messages = [...asked, { role: "assistant", content: box.textContent }];
    } else {
      show("error", e.message);
      text.value = words;
    }
  } finally {
    running = null;
    send.hidden = false;
    stop.hidden = true;
  }
}

ask.addEventListener("submit", (e) => {
  e.preventDefault();
  answer();
});
text.addEventListener("keydown", (e) => {
  if (e.key === "Enter" && !e.shiftKey && !e.isComposing) {
    e.preventDefault();
    answer();
  }
});
stop.addEventListener("click", () => running?.abort());
byId("clear").addEventListener("click", () => {
  running?.abort();
  messages = [];
  said.replaceChildren();
});
key.addEventListener("change", () => listModels().catch((e) => show("error", e.message)));
listModels().catch(() => {});
