#!/usr/bin/env node
// The frozen ABI: of each contract that others call, what they rely on, as a text in ../abi that a person can read and
// a diff can show. Selectors, topics and places in storage are what deployed contracts and other people's software
// have: a change breaks them, so it must be meant.
//   node tools/abi.js            write: accepts whatever the sources compile to
//   node tools/abi.js --check    compare, exit 1 with every line that changed
const fs = require('fs');
const path = require('path');
const { keccak256 } = require('js-sha3');
const { names, build, artifact } = require('./compile.js');

const folder = path.join(__dirname, '../abi');

const type = (p) => (p.type.startsWith('tuple') ? `(${p.components.map(type).join(',')})${p.type.slice(5)}` : p.type);
const signature = (entry) => `${entry.name}(${entry.inputs.map(type).join(',')})`;
const named = (p) => {
  const fields = p.type.startsWith('tuple') ? `(${p.components.map(named).join(', ')})${p.type.slice(5)}` : p.type;
  return [fields, p.indexed ? 'indexed' : '', p.name].filter(Boolean).join(' ');
};
const list = (parameters) => parameters.map(named).join(', ');

function entries(abi, kind, line) {
  return abi.filter((entry) => entry.type === kind).map(line).sort();
}

// A struct's fields have places of their own, relative to the struct, so those of every type are told once.
function layout({ storage, types }) {
  const place = (v) => `slot ${v.slot} offset ${v.offset}: ${v.label}, ${types[v.type].label}, ${types[v.type].numberOfBytes} bytes`;
  const structs = Object.values(types ?? {}).filter((t) => t.members);
  return [
    ...storage.map(place),
    ...structs.sort((a, b) => (a.label < b.label ? -1 : 1)).flatMap((t) => [`${t.label}, ${t.numberOfBytes} bytes`, ...t.members.map((m) => '  ' + place(m))]),
  ];
}

function snapshot(name) {
  const { abi, storageLayout } = artifact(name);
  const selector = (entry) => '0x' + keccak256(signature(entry)).slice(0, 8);
  const sections = {
    constructor: entries(abi, 'constructor', (e) => `(${list(e.inputs)}) ${e.stateMutability}`),
    functions: entries(abi, 'function', (e) =>
      `${selector(e)} ${signature(e)} ${e.stateMutability} | (${list(e.inputs)}) -> (${list(e.outputs)})`),
    events: entries(abi, 'event', (e) => `0x${keccak256(signature(e))} ${signature(e)} | (${list(e.inputs)})`),
    errors: entries(abi, 'error', (e) => `${selector(e)} ${signature(e)} | (${list(e.inputs)})`),
    storage: layout(storageLayout),
  };
  const other = abi.filter((e) => !['constructor', 'function', 'event', 'error'].includes(e.type));
  if (other.length) throw new Error(`${name}: nothing here knows how to freeze ${other.map((e) => e.type)}`);
  return Object.entries(sections).map(([title, lines]) => `${title}\n${lines.map((l) => `  ${l}\n`).join('')}`).join('\n');
}

// Lines with the section that they stand in, since a field may be called like another section's.
function lines(text) {
  let section = '';
  return text.split('\n').flatMap((line) => {
    if (line && !line.startsWith(' ')) section = line;
    return line.startsWith(' ') ? [`${section}: ${line.trim()}`] : [];
  });
}

function differences(before, after) {
  const [was, is] = [lines(before), lines(after)];
  const found = [...was.filter((l) => !is.includes(l)).map((l) => '  - ' + l), ...is.filter((l) => !was.includes(l)).map((l) => '  + ' + l)];
  return found.length ? found : ['  the same lines in another order, or other spaces'];
}

function check(file, name, text) {
  const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
  if (before === text) return true;
  console.error(`${name}: its ABI is frozen, and the sources compile to another one (- frozen, + compiled):`);
  console.error(differences(before, text).join('\n'));
  return false;
}

build();
const isCheck = process.argv.includes('--check');
fs.mkdirSync(folder, { recursive: true });
const wanted = names.map((name) => `${name}.txt`);
const strays = fs.readdirSync(folder).filter((file) => !wanted.includes(file));
let failed = 0;
for (const name of names) {
  const file = path.join(folder, `${name}.txt`);
  const text = snapshot(name);
  if (isCheck) failed += check(file, name, text) ? 0 : 1;
  else fs.writeFileSync(file, text);
}
for (const stray of strays) {
  if (isCheck) console.error(`abi/${stray}: no contract that others call has this name any more`);
  else fs.rmSync(path.join(folder, stray));
}
failed += isCheck ? strays.length : 0;
if (failed) {
  console.error('Whoever calls the contracts, or reads their storage, breaks by this. If it is meant: node tools/abi.js, and commit abi/.');
}
if (isCheck) console.log(`${names.length + strays.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
