// What forge makes of the sources, for the tools that read it.
const fs = require('fs');
const path = require('path');
const { execFileSync } = require('child_process');

const root = path.join(__dirname, '..');
// Not by way of node_modules/.bin: two packages claim the name forge there, and npm may leave neither.
const forge = path.join(root, 'node_modules/@foundry-rs/forge/bin.mjs');

/** The names of the contracts that agents deploy or call. */
exports.names = JSON.parse(fs.readFileSync(path.join(__dirname, 'artifacts.json'), 'utf8'));

/** Compiles what changed. */
exports.build = () =>
  execFileSync(process.execPath, [forge, 'build', '--offline', '--skip', 'test'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });

exports.artifact = (name) => JSON.parse(fs.readFileSync(path.join(root, `out/${name}.sol/${name}.json`), 'utf8'));
