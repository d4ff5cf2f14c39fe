// Compiles Sampler.sol beside it into ../resources/opml/ethereum/abi/Sampler.json: node compile.js CONTRACTS_FOLDER
const fs = require('fs');
const path = require('path');
const solc = require(path.resolve(process.argv[2], 'node_modules/solc'));

const source = fs.readFileSync(path.join(__dirname, 'Sampler.sol'), 'utf8');
const output = JSON.parse(solc.compile(JSON.stringify({
  language: 'Solidity',
  sources: { 'Sampler.sol': { content: source } },
  settings: {
    evmVersion: 'prague',
    viaIR: true,
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: 'none', appendCBOR: false },
    outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
  },
})));
for (const e of output.errors ?? []) console.error(e.formattedMessage);
const sampler = output.contracts['Sampler.sol'].Sampler;
const target = path.join(__dirname, '../resources/opml/ethereum/abi/Sampler.json');
fs.mkdirSync(path.dirname(target), { recursive: true });
fs.writeFileSync(target, JSON.stringify({ abi: sampler.abi, bytecode: '0x' + sampler.evm.bytecode.object }, null, 1) + '\n');
