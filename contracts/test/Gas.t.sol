// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IHub} from "../src/hub/IHub.sol";
import {IInputs} from "../src/hub/IInputs.sol";
import {ClaimId, ClaimStatus, GameId, GameStatus, RequestId, Side, Position} from "../src/lib/Types.sol";
import {Toy} from "./Toy.sol";
import {World} from "./World.sol";

/// @title What the calls cost, as a transaction pays for them
/// @notice Before each call all contracts are made cold; to the gas it uses come 21,000, its calldata (4 gas a zero
/// byte, 16 another), and the floor of EIP-7623 (10 or 40). Prints a table with `forge test -vv`.
contract GasTest is World {
    uint256 private total;

    function log(string memory label, uint256 gas) private view {
        (bool ok,) = 0x000000000000000000636F6e736F6c652e6c6f67
        .staticcall(abi.encodeWithSignature("log(string,uint256)", label, gas));
        ok;
    }

    function pay(string memory label, address who, uint256 value, bytes memory data)
        private
        returns (bytes memory answer)
    {
        vm.cool(address(hub));
        vm.cool(address(registry));
        vm.cool(hub.graphStep());
        vm.cool(hub.step());
        uint256 tokens;
        for (uint256 i = 0; i < data.length; ++i) {
            tokens += data[i] == 0 ? 1 : 4;
        }
        vm.prank(who);
        uint256 gas = gasleft();
        bool ok;
        (ok, answer) = address(hub).call{value: value}(data);
        gas -= gasleft();
        check(ok, label);
        uint256 cost = 21_000 + (gas + 4 * tokens > 10 * tokens ? gas + 4 * tokens : 10 * tokens);
        log(label, cost);
        total += cost;
    }

    /// A part of 64 KiB without a zero, the dearest there is; the floor of EIP-7623 pays for all that is done with it.
    function test_uploadCostsAtMost() public {
        bytes memory part = new bytes(1 << 16);
        for (uint256 i = 0; i < part.length; ++i) {
            part[i] = bytes1(uint8(1 + i % 255));
        }
        uint256 put = spent(ALICE, abi.encodeCall(IInputs.put, (11, part)));
        log("put 64 KiB", put);
        log("put, gas per KiB", put / 64);
        bytes32 root = IInputs(hub.inputs()).put(11, part);
        bytes memory roots;
        for (uint256 i = 0; i < 16; ++i) {
            roots = bytes.concat(roots, root);
        }
        log("join 16 parts", spent(ALICE, abi.encodeCall(IInputs.join, (15, 11, roots))));
        check(put <= 42_000 * 64, "at most 42,000 gas for 1,024 bytes");
    }

    function spent(address who, bytes memory data) private returns (uint256) {
        return spent(who, hub.inputs(), data);
    }

    function spent(address who, address to, bytes memory data) private returns (uint256) {
        vm.cool(to);
        uint256 tokens;
        for (uint256 i = 0; i < data.length; ++i) {
            tokens += data[i] == 0 ? 1 : 4;
        }
        vm.prank(who);
        uint256 gas = gasleft();
        (bool ok,) = to.call(data);
        gas -= gasleft();
        check(ok, "accepted");
        return 21_000 + (gas + 4 * tokens > 10 * tokens ? gas + 4 * tokens : 10 * tokens);
    }

    function name(bytes4 selector) private pure returns (string memory) {
        if (selector == IHub.dissect.selector) return "dissect";
        if (selector == IHub.refine.selector) return "refine";
        return "execute";
    }

    /// 210 nodes, and runs of 2^24 instructions (those behind the tenth are fixed points): nine moves.
    function test_wholeDisputeCostsAtMost() public {
        useLongModel();
        Player memory server = liar(SIMON, 5, 3);
        bytes memory data = abi.encodeCall(IHub.request, (modelId, terms(), INPUT));
        RequestId r = abi.decode(pay("request", ALICE, FEE, data), (RequestId));
        total = 0;
        ClaimId c = abi.decode(pay("claim", SIMON, CLAIM_BOND, claimCall(r, server)), (ClaimId));
        Board memory b;
        b.position = Position(0, 0, uint64(steps()), honest0(0), abi.decode(abi.encode(modelId), (bytes32)));
        b.list = listOf(honest(VERA), b, 0, steps());
        b.id = abi.decode(pay("challenge", VERA, CHALLENGE_BOND, challengeCall(c, b.list)), (GameId));
        uint256 moves = 1;
        while (hub.getGame(b.id).status == GameStatus.Running) {
            Player memory p = hub.getGame(b.id).onTurn == Side.Server ? server : honest(VERA);
            Answer memory a = answerOf(p, b);
            check(a.found, "a move");
            pay(name(bytes4(a.call)), p.who, 0, a.call);
            b = a.next;
            ++moves;
        }
        check(hub.getClaim(c).status == ClaimStatus.Dead, "settled by the last move");
        pay("withdraw", VERA, 0, abi.encodeCall(IHub.withdraw, (VERA)));
        pay("burn", ALICE, 0, abi.encodeCall(IHub.burn, ()));
        log("whole dispute", total);
        log("moves", moves);
        check(total <= 2_500_000, "a dispute costs at most 2.5 M gas");
        check(moves >= 9, "of nine moves");

        c = makeClaim(r, honest(SIMON));
        afterWindow();
        pay("resolve", SIMON, 0, abi.encodeCall(IHub.resolve, (c)));
    }

    /// @dev The main model's nodes with more loops and longer runs.
    function useLongModel() private {
        for (uint256 i = 0; i < nodes.length; ++i) {
            nodes[i].stepsLog2 = 24;
        }
        useModel(70);
    }
}
