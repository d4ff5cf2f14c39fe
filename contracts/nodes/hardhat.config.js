// SPDX-License-Identifier: Apache-2.0
// The chain that hardhat.js starts: as anvil has it in number, accounts and rules; in all else it keeps hardhat's own ways,
// which are the reason to have it.
const options = require("./options");

const seconds = Number(options["block-time"]);

module.exports = {
  networks: {
    hardhat: {
      accounts: { count: Number(options.accounts) },
      chainId: Number(options["chain-id"]),
      hardfork: "prague",
      mining: seconds > 0 ? { auto: false, interval: 1000 * seconds } : { auto: true },
    },
  },
};
