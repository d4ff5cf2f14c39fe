#!/usr/bin/env node
// Copies what the agent deploys and calls, ABI and creation bytecode, from forge's output into the agent's resources.
//   node tools/artifacts.js           write
//   node tools/artifacts.js --check   compare, exit 1 with the names of those that differ
const fs = require('fs');
const path = require('path');
const { names, build, artifact: compiled } = require('./compile.js');

const resources = path.join(__dirname, '../../protocol/hub/src/main/resources/opml/hub/contracts');
build();

let stale = 0;
for (const name of names) {
  const artifact = compiled(name);
  const size = artifact.deployedBytecode.object.length / 2 - 1;
  if (size > 24576) throw new Error(`${name}: ${size} bytes of code, the chain takes at most 24576`);
  const text = JSON.stringify({ abi: artifact.abi, bytecode: artifact.bytecode.object }, null, 1) + '\n';
  const file = path.join(resources, `${name}.json`);
  if (process.argv.includes('--check')) {
    if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) {
      console.error(`${name}: the committed artifact is not what the sources compile to; run: node tools/artifacts.js`);
      stale++;
    }
  } else {
    fs.mkdirSync(resources, { recursive: true });
    fs.writeFileSync(file, text);
    console.log(`${name}: ${size} bytes of code`);
  }
}
if (process.argv.includes('--check')) console.log(`${names.length - stale} passed, ${stale} failed`);
process.exit(stale ? 1 : 0);
