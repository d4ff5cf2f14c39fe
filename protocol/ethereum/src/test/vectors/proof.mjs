// Computes ../resources/opml/ethereum/proof/vectors.json with another implementation. In a folder of its own:
// npm install @ethereumjs/mpt @ethereumjs/tx @ethereumjs/block @ethereumjs/common @ethereumjs/util @ethereumjs/rlp
// NODE_PATH is not read by modules, so copy this file there, and: node proof.mjs > vectors.json
import { MerklePatriciaTrie } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { createTx } from '@ethereumjs/tx'
import { createBlockHeader } from '@ethereumjs/block'
import { Common, Mainnet } from '@ethereumjs/common'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'

let seed = 1n
const random = (below) => {
  seed = (seed * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n)
  return Number((seed >> 33n) % BigInt(below))
}
const bytes = (count) => Uint8Array.from({ length: count }, () => random(256))
const hex = (count) => bytesToHex(bytes(count))

const tries = []
for (const count of [0, 1, 2, 3, 5, 17, 60, 200]) {
  const trie = new MerklePatriciaTrie()
  const entries = {}
  for (let i = 0; i < count; i++) {
    const key = bytes(1 + random(4))
    const value = bytes(1 + random(40))
    entries[bytesToHex(key)] = bytesToHex(value)
  }
  for (const [key, value] of Object.entries(entries)) await trie.put(hexToBytes(key), hexToBytes(value))
  tries.push({ entries, root: bytesToHex(trie.root()) })
}

const lists = []
for (const count of [0, 1, 2, 16, 127, 128, 129, 300]) {
  const trie = new MerklePatriciaTrie()
  const values = Array.from({ length: count }, () => hex(1 + random(60)))
  for (let i = 0; i < count; i++) await trie.put(RLP.encode(i), hexToBytes(values[i]))
  lists.push({ values, root: bytesToHex(trie.root()) })
}

// Blobs themselves are not made, so no commitment is computed.
const kzg = {}
const common = new Common({ chain: Mainnet, hardfork: 'prague', customCrypto: { kzg } })
const accessList = [{ address: hex(20), storageKeys: [hex(32), hex(32)] }, { address: hex(20), storageKeys: [] }]
const authorization = {
  chainId: '0x1', address: hex(20), nonce: '0x3', yParity: '0x1', r: hex(32), s: '0x01' + hex(30).slice(2),
}
const blobHash = '0x01' + hex(31).slice(2)
const base = { nonce: 7, gasLimit: 100000, to: hex(20), value: 12345, data: hex(70) }
const fees = { maxPriorityFeePerGas: 2000000000, maxFeePerGas: 50000000000 }
const forms = [
  { type: 0, ...base, gasPrice: 20000000000 },
  { type: 0, ...base, gasPrice: 20000000000, to: undefined },
  { type: 1, ...base, gasPrice: 20000000000, chainId: 1, accessList },
  { type: 2, ...base, ...fees, chainId: 1, accessList: [] },
  { type: 2, ...base, ...fees, chainId: 1, accessList, nonce: 0, value: 0, to: undefined },
  { type: 3, ...base, ...fees, chainId: 1, accessList, maxFeePerBlobGas: 9, blobVersionedHashes: [blobHash] },
  { type: 4, ...base, ...fees, chainId: 1, accessList, authorizationList: [authorization] },
]
const transactions = forms.map((form) => {
  const tx = createTx(form, { common }).sign(bytes(32))
  const json = tx.toJSON()
  if (json.gasLimit) { json.gas = json.gasLimit; delete json.gasLimit }
  json.input = json.data
  delete json.data
  json.type = '0x' + form.type.toString(16)
  return {
    json, encoded: bytesToHex(tx.serialize()), hash: bytesToHex(tx.hash()), sender: tx.getSenderAddress().toString(),
  }
})

const headers = ['london', 'paris', 'shanghai', 'cancun', 'prague', 'osaka'].map((hardfork) => {
  const header = createBlockHeader(
    { number: 30000000, gasLimit: 30000000, gasUsed: 21000, timestamp: 1900000000, baseFeePerGas: 1234567,
      extraData: hex(8), parentHash: hex(32), stateRoot: hex(32), receiptTrie: hex(32), transactionsTrie: hex(32),
      coinbase: hex(20), logsBloom: hex(256), mixHash: hex(32) },
    { common: new Common({ chain: Mainnet, hardfork }), skipConsensusFormatValidation: true })
  const json = header.toJSON()
  json.miner = json.coinbase
  json.transactionsRoot = json.transactionsTrie
  json.receiptsRoot = json.receiptTrie
  json.sha3Uncles = json.uncleHash
  json.hash = bytesToHex(header.hash())
  for (const name of ['coinbase', 'transactionsTrie', 'receiptTrie', 'uncleHash']) delete json[name]
  return { hardfork, json }
})

console.log(JSON.stringify({ tries, lists, transactions, headers }))
