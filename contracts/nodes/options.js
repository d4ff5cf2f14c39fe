// SPDX-License-Identifier: Apache-2.0
// What hardhat.js is started with.
const { parseArgs } = require("node:util");

module.exports = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    accounts: { type: "string", default: "20" },
    "chain-id": { type: "string", default: "31337" },
    "block-time": { type: "string", default: "0" },
  },
}).values;
