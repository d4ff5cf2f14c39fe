#!/usr/bin/env node
// Writes spec/vectors/commitments.json: one example of every preimage of spec/protocol.md §1, hashed by a third
// implementation (js-sha3, which solc-js brings), so that Java and Solidity are not only compared with each other.
//
//   node tools/vectors.js > ../spec/vectors/commitments.json
const { keccak256 } = require('js-sha3');

const hex = (buffer) => '0x' + buffer.toString('hex');
const bytes = (text) => Buffer.from(text.replace(/^0x/, ''), 'hex');
const H = (...parts) => '0x' + keccak256(Buffer.concat(parts.map((p) => (typeof p === 'string' ? bytes(p) : p))));
const number = (value, width) => bytes(BigInt(value).toString(16).padStart(2 * width, '0'));
const word = (value) => (typeof value === 'string' ? bytes(value.slice(2).padStart(64, '0')) : number(value, 32));
const tag = (name) => Buffer.concat([Buffer.from('opml/1/' + name, 'ascii'), Buffer.alloc(32)]).subarray(0, 32);
const tagged = (name, ...fields) => H(tag(name), ...fields.map(word));
const example = (text) => H(Buffer.from(text, 'ascii')); // a word that is the hash of a word

const zeros = ['0x' + '00'.repeat(32)];
while (zeros.length <= 40) zeros.push(H(zeros[zeros.length - 1], zeros[zeros.length - 1]));

function tensorRoot(data, depth) {
  let level = [];
  for (let i = 0; i < data.length; i += 32) level.push(Buffer.concat([data.subarray(i, i + 32), Buffer.alloc(32)]).subarray(0, 32));
  level = level.map(hex);
  for (let h = 0; h < depth; h++) {
    if (level.length % 2) level.push(zeros[h]);
    level = Array.from({ length: level.length / 2 }, (_, i) => H(level[2 * i], level[2 * i + 1]));
  }
  return level.length ? level[0] : zeros[depth];
}

const tensors = [[0, 0], [0, 5], [1, 0], [32, 0], [33, 1], [100, 2], [100, 7], [1000, 32]].map(([length, depth]) => {
  const data = Buffer.from(Array.from({ length }, (_, i) => (i * 7 + 1) & 255));
  return { bytes: hex(data), depth, root: tensorRoot(data, depth) };
});

const state = { status: 1, slotsRoot: example('slots') };
state.hash = tagged('state', state.status, state.slotsRoot);
const failed = tagged('state', 2, 0);

const program = { codeRoot: example('code'), codeDepth: 9, memDepth: 21 };
program.hash = tagged('program', program.codeRoot, program.codeDepth, program.memDepth);

const nodeBytes = Buffer.concat([
  bytes(program.codeRoot), number(9, 1), number(21, 1), number(24, 1), number(2, 1), number(1, 1),
  number(0, 1), number(3, 1), number(0, 8), bytes(example('fixed')), // a fixed segment at address 0
  number(1, 1), number(5, 1), number(2048, 8), word(7), //              slot 7
  number(5, 1), number(4096, 8), number(8, 4), //                       output into slot 8
]);
const node = { bytes: hex(nodeBytes), hash: H(tag('node'), nodeBytes) };

const end = Buffer.concat([bytes(example('memory')), number(0x40, 8), number(1n << 63n, 8),
  ...Array.from({ length: 31 }, (_, i) => number(BigInt(i + 1) * 0x0101010101010101n, 8))]);
const machine = { bytes: hex(end), hash: H(end) };

const model = { graphRoot: example('graph'), graphDepth: 4, nodeCount: 12, loops: 3, initialSlotsRoot: example('initial'), slotDepth: 5,
  inputSlot: 1, inputDepth: 7, inputBytes: 3136, outputSlot: 30, outputDepth: 1, outputBytes: 40, outputGiven: 1 };
const modelId = tagged('model', ...Object.values(model));

const request = { chainId: 31337, hub: '0x00000000000000000000000000000000000a11ce', requester: '0x0000000000000000000000000000000000000b0b',
  nonce: 5, modelId, inputRoot: example('input'), availability: 1, server: '0x0000000000000000000000000000000000051303', fee: 10000000000000000,
  deadline: 1800000000, callback: '0x000000000000000000000000000000000000ca11', callbackGas: 250000 };
request.hash = tagged('request', ...Object.values(request));

const claim = { requestId: request.hash, index: 2, server: request.server, finalState: state.hash, outputHash: example('output') };
claim.hash = tagged('claim', ...Object.values(claim));

const game = { claimId: claim.hash, index: 1, challenger: '0x0000000000000000000000000000000000003e4a' };
game.hash = tagged('game', ...Object.values(game));

const list = Buffer.concat([1, 2, 3].map((i) => bytes(example('state ' + i))));
const position = { gameId: game.hash, move: 5, level: 1, poster: 1, first: 6, length: 3, start: machine.hash, context: program.hash,
  listHash: H(list) };
position.hash = tagged('position', ...Object.values(position));
position.list = hex(list);

process.stdout.write(JSON.stringify({ zeros, tensors, state, failed, program, node, machine, model: { ...model, hash: modelId }, request, claim,
  game, position }, null, 1) + '\n');
