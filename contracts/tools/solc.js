#!/usr/bin/env node
// Lets forge use solc-js as if it were the native compiler: it answers the two calls that forge makes.
const solc = require('solc');
const fs = require('fs');

if (process.argv.includes('--version')) {
  const version = solc.version().replace('Emscripten.clang', 'Linux.g++');
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else {
  process.stdout.write(solc.compile(fs.readFileSync(0, 'utf8')));
}
