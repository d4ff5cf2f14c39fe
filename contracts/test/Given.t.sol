// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ProofMismatch, ResultStatusInvalid} from "../src/lib/Errors.sol";
import {IHub} from "../src/hub/IHub.sol";
import {ClaimId, ClaimStatus, GameStatus, ModelId, Position, RequestId, RequestStatus} from "../src/lib/Types.sol";
import {Toy, Trees} from "./Toy.sol";
import {World} from "./World.sol";

/// @title Models whose output is given, and checked
/// @notice A sequence automaton. Its input is a number x. Its output is a tape of four words: how many numbers, the
/// first, the second, and why there are no more. The first number is x + 5; if it is below 16, the second is 5 more,
/// and the tape is full (why = 2), else it stops (why = 1). x = 0 is a bad input, whose tape is 0, 0, 0 and why = 3.
/// Each number is checked against the input and the numbers before it; a wrong one ends the run as failed.
contract GivenTest is World {
    bytes32 private input;

    function setUp() public override {
        super.setUp();
        uint32[] memory first = new uint32[](16);
        first[0] = Toy.ld(5, 32); // x
        first[1] = Toy.ld(6, 72); // the first number
        first[2] = Toy.sltu(8, 0, 5); // good: 0 < x
        first[3] = Toy.addi(9, 5, 5);
        first[4] = Toy.mul(9, 9, 8);
        differs(first, 5, 6, 9);
        first[8] = Toy.add(10, 10, 10); // 0: go on; 2: failed
        first[9] = Toy.sd(8, 96);
        first[10] = Toy.addi(12, 0, 16);
        first[11] = Toy.sltu(13, 6, 12);
        first[12] = Toy.mul(13, 13, 8); // more: good, and below 16
        first[13] = Toy.sd(13, 104);
        exits(first, 14);
        uint32[] memory second = new uint32[](11);
        second[0] = Toy.ld(6, 72);
        second[1] = Toy.ld(7, 80); // the second number
        second[2] = Toy.ld(13, 104);
        second[3] = Toy.addi(9, 6, 5);
        second[4] = Toy.mul(9, 9, 13);
        differs(second, 5, 7, 9);
        second[8] = Toy.add(10, 10, 10);
        exits(second, 9);
        uint32[] memory count = new uint32[](10);
        count[0] = Toy.ld(8, 96);
        count[1] = Toy.ld(13, 104);
        count[2] = Toy.ld(5, 64); // how many
        count[3] = Toy.add(9, 8, 13);
        differs(count, 4, 5, 9);
        count[7] = Toy.add(10, 10, 10);
        exits(count, 8);
        uint32[] memory why = new uint32[](15);
        why[0] = Toy.ld(8, 96);
        why[1] = Toy.ld(13, 104);
        why[2] = Toy.ld(5, 88); // why
        why[3] = Toy.add(9, 8, 13);
        why[4] = Toy.addi(12, 0, 1);
        why[5] = Toy.sltu(14, 8, 12); // bad
        why[6] = Toy.addi(15, 0, 3);
        why[7] = Toy.mul(14, 14, 15);
        why[8] = Toy.add(9, 9, 14);
        differs(why, 9, 5, 9);
        why[12] = Toy.addi(10, 10, 1); // 1: done; 2: failed
        exits(why, 13);
        delete nodes;
        addNode(first, 5, word(0), three(0, 1, 2), one(3), one(2));
        addNode(second, 5, word(0), three(0, 1, 2), one(3), one(2));
        addNode(count, 5, word(0), three(0, 1, 2), one(3), one(2));
        addNode(why, 5, word(0), three(0, 1, 2), one(3), one(2));
        useModel(1);
        model.outputBytes = 32;
        model.outputGiven = true;
        modelId = registry.register(model, "");
    }

    /// @dev Three instructions: x10 is 1 if the registers differ.
    function differs(uint32[] memory code, uint256 at, uint32 a, uint32 b) private pure {
        code[at] = Toy.sltu(10, a, b);
        code[at + 1] = Toy.sltu(11, b, a);
        code[at + 2] = Toy.add(10, 10, 11);
    }

    function exits(uint32[] memory code, uint256 at) private pure {
        code[at] = Toy.addi(17, 0, 93);
        code[at + 1] = Toy.ECALL;
    }

    function three(uint256 a, uint256 b, uint256 c) private pure returns (uint256[] memory list) {
        list = new uint256[](3);
        (list[0], list[1], list[2]) = (a, b, c);
    }

    // ------------------------------------------------------------------ tapes

    function tape(uint64 count, uint64 a, uint64 b, uint64 why) private pure returns (bytes32) {
        return word(count) | word(a) >> 64 | word(b) >> 128 | word(why) >> 192;
    }

    /// @dev Asks with this number, and runs the model on it and the given tape.
    function given(uint64 x, bytes32 output) private returns (RequestId r) {
        input = word(x);
        bytes memory data = abi.encodeCall(IHub.request, (modelId, terms(), trimmed(bytes.concat(bytes8(input)))));
        r = abi.decode(must(ALICE, address(hub), FEE, data), (RequestId));
        run(output);
    }

    function run(bytes32 output) private {
        runFrom([input, output, bytes32(0), bytes32(0)]);
        delete foreignAt;
    }

    /// @dev A liar says that all went well.
    function statusOf(Player memory p, uint256 i) internal view override returns (uint8) {
        if (p.lies && i > p.lie0 && foreignAt.length != 0) return i == steps() ? 1 : 0;
        return super.statusOf(p, i);
    }

    /// @dev The liar claims this tape, and a verifier refutes it.
    function fails(uint64 x, bytes32 output) private {
        uint256 before = vm.snapshotState();
        this.oneFailure(x, output);
        vm.revertToState(before);
    }

    function oneFailure(uint64 x, bytes32 output) external {
        RequestId r = given(x, output);
        equal(statusAt[4], 2, "its true end is failed");
        uint256 at;
        while (statusAt[at + 1] != 2) {
            ++at;
        }
        for (uint256 i = 0; i <= 4; ++i) {
            foreignAt.push([input, output, bytes32(0), bytes32(0)]);
        }
        Player memory server = liar(MALLORY, at, 7);
        ClaimId c = makeClaim(r, server);
        Board memory b = openGame(c, honest(VERA));
        play(b, server, honest(VERA));
        check(statusOf(b.id) == GameStatus.ChallengerWon && statusOf(c) == ClaimStatus.Dead, "refuted");
    }

    /// @dev The tape is claimed rightly, and stands against a sham at any step.
    function passes(uint64 x, bytes32 output) private {
        RequestId r = given(x, output);
        equal(statusAt[4], 1, "it is the answer");
        ClaimId c = makeClaim(r, honest(SIMON));
        for (uint256 lie = 0; lie < 4; ++lie) {
            uint256 before = vm.snapshotState();
            Board memory b = openGame(c, liar(VERA, lie, 5));
            play(b, honest(SIMON), liar(VERA, lie, 5));
            check(statusOf(b.id) == GameStatus.ServerWon, "the truth stands");
            vm.revertToState(before);
        }
        afterWindow();
        hub.resolve(c);
        check(statusOf(r) == RequestStatus.Final, "final");
    }

    // ------------------------------------------------------------------ attacks

    function test_givenOutputsAreAnswered() public {
        passes(7, tape(2, 12, 17, 2));
        passes(12, tape(1, 17, 0, 1));
        passes(0, tape(0, 0, 0, 3));
    }

    function test_givenOutputThatFailsCannotBeClaimed() public {
        bytes32 wrong = tape(2, 12, 18, 2);
        RequestId r = given(7, wrong);
        equal(statusAt[4], 2, "honestly checked, it fails");
        bytes memory call = abi.encodeCall(IHub.claim, (r, 2, 0, ""));
        refused(ResultStatusInvalid.selector, MALLORY, address(hub), CLAIM_BOND, call);
        bytes32[4] memory slots = [input, wrong, bytes32(0), bytes32(0)];
        bytes memory evidence = bytes.concat(packed(wrong), Trees.proof(leaves(slots), 0, 1, 2));
        call = abi.encodeCall(IHub.claim, (r, 0, slotsRoot(slots), evidence)); // nor is it still running
        refused(ResultStatusInvalid.selector, MALLORY, address(hub), CLAIM_BOND, call);
        call = abi.encodeCall(IHub.claim, (r, 2, slotsRoot(slots), evidence));
        refused(ResultStatusInvalid.selector, MALLORY, address(hub), CLAIM_BOND, call);
        fails(7, wrong);
        fails(7, tape(2, 13, 18, 2)); // another beginning, rightly continued
    }

    function test_startTakesTheClaimedOutput() public {
        bytes32 right = tape(2, 12, 17, 2);
        RequestId r = given(7, right);
        ClaimId c = makeClaim(r, honest(SIMON));
        equal(hub.getClaim(c).outputRoot, right, "the claim keeps the output's root");
        // A challenger cannot start from another output: his list is refuted from the claim's.
        run(tape(2, 12, 18, 2));
        bytes32 other = honest0(0);
        Board memory b = openGame(c, honest(MALLORY));
        run(right);
        check(honest0(0) != other, "another start");
        b.position = Position(0, 0, 4, honest0(0), ModelId.unwrap(modelId));
        play(b, honest(SIMON), liar(MALLORY, 0, 0));
        check(statusOf(b.id) == GameStatus.ServerWon, "the game began at the claim's own output");
        // What lies in the output slot before must be the model's own, under the root with the input written.
        bytes32[4] memory initial = [bytes32(0), INITIAL, bytes32(0), bytes32(0)];
        bytes memory opening = bytes.concat(initial[0], Trees.proof(leaves(initial), 0, 0, 2));
        initial[0] = word(8);
        bytes memory second = bytes.concat(initial[1], Trees.proof(leaves(initial), 0, 1, 2));
        bytes memory evidence = bytes.concat(opening, second, abi.encodePacked(listOf(liar(VERA, 0, 0), b, 0, 4)));
        bytes memory call = abi.encodeCall(IHub.challenge, (c, evidence));
        refused(ProofMismatch.selector, VERA, address(hub), 5 * CHALLENGE_BOND, call);
    }

    function test_tooShortAndTooLongFail() public {
        fails(7, tape(1, 12, 0, 1)); // the right beginning, then silence
        fails(7, tape(0, 0, 0, 3)); // silence from the start
        fails(12, tape(2, 17, 22, 2)); // one more than there are
        fails(12, tape(2, 17, 0, 2)); // only said to be longer
        fails(7, tape(2, 12, 17, 1)); // another reason
    }

    function test_badInputHasOneAnswer() public {
        fails(0, tape(1, 5, 0, 1));
        fails(0, tape(2, 5, 10, 2));
        fails(0, tape(0, 0, 0, 0));
        fails(0, tape(1, 0, 0, 3));
        passes(0, tape(0, 0, 0, 3));
    }

    function test_garbageBehindTheAnswerFails() public {
        fails(12, tape(1, 17, 1, 1));
        fails(12, tape(1, 17, 22, 1));
        fails(0, tape(0, 0, 9, 3));
    }
}
