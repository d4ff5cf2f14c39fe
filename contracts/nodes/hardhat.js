// SPDX-License-Identifier: Apache-2.0
// Runs hardhat's node on the loopback interface until it is ended, and says in anvil's words where it is and which keys have
// money.
//
//   node hardhat.js [--port 0] [--accounts 20] [--chain-id 31337] [--block-time 0]
process.chdir(__dirname);
process.env.HARDHAT_DISABLE_TELEMETRY_PROMPT = "true";
const options = require("./options");
const hre = require("hardhat");
const { normalizeHardhatNetworkAccountsConfig } = require("hardhat/internal/core/providers/util");

async function main() {
  const server = await hre.run("node:create-server", {
    hostname: "127.0.0.1",
    port: Number(options.port),
    provider: hre.network.provider,
  });
  const { address, port } = await server.listen();
  const accounts = normalizeHardhatNetworkAccountsConfig(hre.config.networks.hardhat.accounts);
  accounts.forEach(({ privateKey }, index) => console.log(`(${index}) ${privateKey}`));
  console.log(`Listening on ${address}:${port}`);
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
