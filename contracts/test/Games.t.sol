// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    ChallengeBondTooSmall,
    ClaimNotDead,
    ClaimNotLive,
    ClockExpired,
    ClockRunning,
    EndMismatch,
    EndNotDisputed,
    EvidenceTooLong,
    EvidenceTooShort,
    GameNotRunning,
    GamesAreOpen,
    LevelWrong,
    NoSuchPart,
    NotOnTurn,
    PartIsNotSingleStep,
    PartIsSingleStep,
    PositionMismatch,
    ProgramMismatch,
    ProofMismatch,
    StateMismatch,
    StepIsRight,
    WindowClosed,
    WindowOpen
} from "../src/lib/Errors.sol";
import {IHub} from "../src/hub/IHub.sol";
import {
    Claim,
    ClaimId,
    ClaimStatus,
    Ending,
    Game,
    GameId,
    GameStatus,
    Position,
    RequestId,
    RequestStatus,
    Side
} from "../src/lib/Types.sol";
import {Cheats} from "./Forge.sol";
import {Toy, Trees} from "./Toy.sol";
import {World} from "./World.sol";

/// @notice A party that is a contract: its moves are internal calls.
contract Proxy {
    function pass(address to, bytes calldata data) external payable returns (bytes memory) {
        (bool ok, bytes memory answer) = to.call{value: msg.value}(data);
        require(ok);
        return answer;
    }

    receive() external payable {}
}

/// @title Complete games with the real step verifier, and every guard of every move
contract GamesTest is World {
    // ------------------------------------------------------------------ helpers

    /// @dev A claim by a server, and the first position of a challenge of it.
    function begin(Player memory server, Player memory challenger) internal returns (ClaimId c, Board memory b) {
        c = makeClaim(openRequest(), server);
        b = openGame(c, challenger);
    }

    /// @dev Plays until a move of the given kind is due, and returns it unsent.
    function until(bytes4 kind, Board memory b, Player memory server, Player memory challenger)
        internal
        returns (Answer memory a, address mover)
    {
        while (true) {
            Player memory p = hub.getGame(b.id).onTurn == Side.Server ? server : challenger;
            a = answerOf(p, b);
            check(a.found, "no move is left before the one wanted");
            if (bytes4(a.call) == kind) return (a, p.who);
            check(move(p, b), "a move on the way was refused");
        }
    }

    function ending(GameId id) internal returns (Ending e) {
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IHub.GameEnded.selector || logs[i].topics[1] != GameId.unwrap(id)) continue;
            (, e) = abi.decode(logs[i].data, (GameStatus, Ending));
            return e;
        }
        revert Failed("no game ended");
    }

    /// @dev The packed evidence, last argument of a move, replaced.
    function withEvidence(bytes memory call, uint256 headWords, bytes memory evidence)
        internal
        pure
        returns (bytes memory)
    {
        bytes memory head = new bytes(4 + 32 * headWords);
        for (uint256 i = 0; i < head.length; ++i) {
            head[i] = call[i];
        }
        uint256 padding = (32 - evidence.length % 32) % 32;
        return bytes.concat(head, bytes32(evidence.length), evidence, new bytes(padding));
    }

    function evidenceOf(bytes memory data, uint256 headWords) internal pure returns (bytes memory evidence) {
        uint256 at = 4 + 32 * headWords;
        uint256 length;
        assembly ("memory-safe") {
            length := mload(add(add(data, 32), at))
        }
        evidence = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            evidence[i] = data[at + 32 + i];
        }
    }

    uint256 private constant DISSECT_HEAD = 8;
    uint256 private constant REFINE_HEAD = 10;
    uint256 private constant EXECUTE_HEAD = 11;

    // ------------------------------------------------------------------ the honest side wins

    function test_theToyModelRuns() public view {
        equal(statusAt[8], 0, "running before the stop");
        equal(statusAt[9], 1, "stopped in the third loop");
        equal(honest0(21), honest0(9), "padding");
    }

    function test_honestVerifierWinsWhereverTheServerLies() public {
        uint256[4] memory endings;
        for (uint256 lie = 0; lie < 21; ++lie) {
            for (uint256 at = 0; at < 32; at += 3) {
                uint256 before = vm.snapshotState();
                Ending e = this.oneGame(liar(SIMON, lie, at), honest(VERA), GameStatus.ChallengerWon);
                vm.revertToState(before);
                ++endings[uint256(e)];
            }
        }
        check(endings[uint256(Ending.Executed)] > 20, "not only timeouts decided: executions");
        check(endings[uint256(Ending.FixedPoint)] > 20, "not only timeouts decided: fixed points");
    }

    function test_honestServerWinsWhereverTheChallengerLies() public {
        uint256[4] memory endings;
        for (uint256 lie = 0; lie < 21; ++lie) {
            for (uint256 at = 0; at < 32; at += 3) {
                uint256 before = vm.snapshotState();
                Ending e = this.oneGame(honest(SIMON), liar(MALLORY, lie, at), GameStatus.ServerWon);
                vm.revertToState(before);
                ++endings[uint256(e)];
            }
        }
        check(endings[uint256(Ending.Executed)] > 20, "not only timeouts decided");
    }

    /// @dev One complete game with the expected winner; a call of its own, so that its memory is freed.
    function oneGame(Player memory server, Player memory challenger, GameStatus expected) external returns (Ending e) {
        (ClaimId c, Board memory b) = begin(server, challenger);
        vm.recordLogs();
        play(b, server, challenger);
        check(statusOf(b.id) == expected, "the honest side wins");
        check(b.moves <= 5, "the move bound");
        if (expected == GameStatus.ChallengerWon) {
            check(statusOf(c) == ClaimStatus.Dead, "the claim is dead");
        } else {
            check(statusOf(c) == ClaimStatus.Live, "the claim lives");
            equal(hub.credit(server.who), CHALLENGE_BOND, "the server is paid for the game");
        }
        return ending(b.id);
    }

    function test_lieBehindTheLastStepIsProven() public {
        Player memory server = liar(SIMON, 15, 0);
        (, Board memory b) = begin(server, honest(VERA));
        vm.recordLogs();
        play(b, server, honest(VERA));
        check(ending(b.id) == Ending.FixedPoint, "the padding of level 0 is a fixed point");

        server = liar(SIMON, 4, 20);
        (, b) = begin(server, honest(VERA));
        vm.recordLogs();
        play(b, server, honest(VERA));
        check(ending(b.id) == Ending.Executed, "a halted machine is a fixed point");
        check(statusOf(b.id) == GameStatus.ChallengerWon, "the verifier wins");
    }

    function test_foreignInputLosesAtStepZero() public {
        lieAboutTheInput(word(8));
        Player memory server = liar(SIMON, 0, 0);
        (ClaimId c, Board memory b) = begin(server, honest(VERA));
        play(b, server, honest(VERA));
        check(statusOf(c) == ClaimStatus.Dead, "the claim is dead");
        equal(b.refined, 0, "the dispute was about step 0");

        // Nor can a challenger start elsewhere: other weights than the model's do not pass.
        c = makeClaim(openRequest(), honest(SIMON));
        bytes32[4] memory initial = slotsAt[0];
        (initial[0], initial[1]) = (bytes32(0), word(12));
        bytes memory evidence = bytes.concat(
            initial[0],
            Trees.proof(leaves(initial), 0, 0, 2),
            abi.encodePacked(listOf(liar(MALLORY, 0, 0), b, 0, steps()))
        );
        bytes memory call = abi.encodeCall(IHub.challenge, (c, evidence));
        refused(ProofMismatch.selector, MALLORY, address(hub), CHALLENGE_BOND, call);
    }

    function test_endlessKernelIsProvablyFailed() public {
        uint32[] memory endless = new uint32[](1);
        endless[0] = Toy.LOOP;
        useOneNodeModel(endless);
        equal(statusAt[1], 2, "still running after the last step is failed");
        // An honest server may claim the failure, and keeps it.
        (ClaimId c, Board memory b) = begin(honest(SIMON), liar(MALLORY, 0, 0));
        play(b, honest(SIMON), liar(MALLORY, 0, 0));
        check(statusOf(b.id) == GameStatus.ServerWon && statusOf(c) == ClaimStatus.Live, "the failure stands");
        // A server that claims a result is refuted.
        Player memory server = liar(SIMON, 0, 1);
        (c, b) = begin(server, honest(VERA));
        play(b, server, honest(VERA));
        check(statusOf(c) == ClaimStatus.Dead, "the result is refuted");

        // So is an exit above 1, and an illegal instruction.
        endless[0] = 0;
        useOneNodeModel(endless);
        equal(statusAt[1], 2, "illegal");
        (c, b) = begin(server, honest(VERA));
        play(b, server, honest(VERA));
        check(statusOf(c) == ClaimStatus.Dead, "the result is refuted");
    }

    function test_exitAboveOneIsProvablyFailed() public {
        uint32[] memory exits = new uint32[](3);
        exits[0] = Toy.addi(17, 0, 93);
        exits[1] = Toy.addi(10, 0, 2);
        exits[2] = Toy.ECALL;
        delete nodes;
        addNode(exits, 2, word(0), one(0), one(1), one(1));
        useModel(1);
        equal(statusAt[1], 2, "exit 2");
        Player memory server = liar(SIMON, 0, 1);
        (ClaimId c, Board memory b) = begin(server, honest(VERA));
        play(b, server, honest(VERA));
        check(statusOf(c) == ClaimStatus.Dead, "the result is refuted");
    }

    /// Optimism, Spearbit 5.2.3: stages of depth 0 and 1. Here N = 1 and L = 2.
    function test_gamesOfOneNodeAndTwoInstructionsArePlayed() public {
        uint32[] memory illegal = new uint32[](2);
        illegal[0] = Toy.addi(17, 0, 93);
        illegal[1] = Toy.ECALL;
        useOneNodeModel(illegal);
        equal(statusAt[1], 0, "runs to its end");
        for (uint256 at = 0; at < 2; ++at) {
            Player memory server = liar(SIMON, 0, at);
            (ClaimId c, Board memory b) = begin(server, honest(VERA));
            play(b, server, honest(VERA));
            check(statusOf(c) == ClaimStatus.Dead, "the lie is refuted");
            Player memory challenger = liar(MALLORY, 0, at);
            (c, b) = begin(honest(SIMON), challenger);
            play(b, honest(SIMON), challenger);
            check(statusOf(b.id) == GameStatus.ServerWon, "the truth stands");
        }
    }

    function test_malformedStateIsJustWrong() public {
        (ClaimId c, Board memory b) = begin(honest(SIMON), liar(MALLORY, 7, 0));
        // The same game with a list of numbers that are the hash of nothing.
        bytes32[] memory list = b.list;
        for (uint256 i = 3; i < 16; ++i) {
            list[i] = bytes32(i);
        }
        b.id = abi.decode(must(MALLORY, address(hub), 2 * CHALLENGE_BOND, challengeCall(c, list)), (GameId));
        Player memory server = honest(SIMON);
        check(move(server, b), "the server answers");
        vm.warp(block.timestamp + ALLOWANCE + 1);
        hub.timeout(b.id);
        check(statusOf(b.id) == GameStatus.ServerWon, "the garbage loses");
    }

    function test_zeroStateIsOrdinary() public {
        (ClaimId c,) = begin(honest(SIMON), liar(MALLORY, 7, 0));
        Board memory b;
        b.position = Position(0, 0, uint64(steps()), honest0(0), hubModel());
        b.list = new bytes32[](16);
        b.moves = 1;
        b.id = abi.decode(must(MALLORY, address(hub), 2 * CHALLENGE_BOND, challengeCall(c, b.list)), (GameId));
        play(b, honest(SIMON), honest(MALLORY));
        check(statusOf(b.id) == GameStatus.ServerWon, "zeros are false states");
    }

    function hubModel() private view returns (bytes32) {
        return b32(abi.encode(modelId));
    }

    function b32(bytes memory data) private pure returns (bytes32) {
        return abi.decode(data, (bytes32));
    }

    function test_bothWrongStillTerminates() public {
        for (uint256 lie = 0; lie < 9; ++lie) {
            Player memory server = liar(SIMON, lie, 3);
            Player memory challenger = liar(MALLORY, lie, 5);
            (ClaimId c, Board memory b) = begin(server, challenger);
            uint256 start = block.timestamp;
            play(b, server, challenger);
            check(statusOf(b.id) != GameStatus.Running, "somebody loses");
            check(block.timestamp <= start + 2 * ALLOWANCE + 1, "within two allowances");
            check((statusOf(c) == ClaimStatus.Dead) == (statusOf(b.id) == GameStatus.ChallengerWon), "one outcome");
        }
    }

    // ------------------------------------------------------------------ what the moves refuse

    function test_copycatMustPostAFalseEnd() public {
        ClaimId c = makeClaim(openRequest(), honest(SIMON));
        Board memory b;
        bytes memory call = challengeCall(c, listOf(honest(MALLORY), b, 0, steps()));
        refused(EndNotDisputed.selector, MALLORY, address(hub), CHALLENGE_BOND, call);

        // With a false end the rest of his list may be right: its last assertion is the false one.
        b.position = Position(0, 0, uint64(steps()), honest0(0), hubModel());
        b.list = listOf(honest(MALLORY), b, 0, steps());
        b.list[15] = bytes32(uint256(1));
        b.id = abi.decode(must(MALLORY, address(hub), CHALLENGE_BOND, challengeCall(c, b.list)), (GameId));
        play(b, honest(SIMON), honest(MALLORY));
        check(statusOf(b.id) == GameStatus.ServerWon, "the copycat loses");
    }

    /// N = 1: the server refines at once. The challenger's end is the true one, the claim is false.
    function test_refineWithEqualImageIsRefused() public {
        uint32[] memory stop = new uint32[](2);
        stop[0] = Toy.addi(17, 0, 93);
        stop[1] = Toy.ECALL;
        useOneNodeModel(stop);
        Player memory server = liar(SIMON, 0, 0);
        (, Board memory b) = begin(server, honest(VERA));
        // the true end
        Answer memory a;
        a = answerPart(honest(SIMON), b, a, 0, 1);
        refused(EndNotDisputed.selector, SIMON, address(hub), 0, a.call);
        // another end with the same outputs: a register differs, the image is the same
        Toy.Machine memory end = endOf(honest(SIMON), 0);
        end.x[9] = 77;
        bytes32[] memory list = listOf(honest(SIMON), a.next, 0, 2);
        list[1] = Toy.hash(end);
        bytes memory w = linkWitness(honest(SIMON), 0, list);
        bytes memory encoded = Toy.encode(end);
        uint256 at = nodeBytes(0).length + Trees.proof(nodeHashes(), 0, 0, 2).length + 32
            + Trees.proof(leaves(slotsAt[0]), 0, 0, 2).length + 64;
        for (uint256 i = 0; i < 296; ++i) {
            w[at + i] = encoded[i];
        }
        bytes memory call = withEvidence(a.call, REFINE_HEAD, bytes.concat(abi.encodePacked(b.list), w));
        refused(EndNotDisputed.selector, SIMON, address(hub), 0, call);
        // and the liar's own end is taken
        check(move(server, b), "a false end is a move");
    }

    function test_dissectionMustDisagreeAndShrink() public {
        // Level 0 has 21 steps in 16 parts: part 3 is step 3 and 4.
        Player memory server = liar(SIMON, 4, 0);
        (, Board memory b) = begin(server, honest(VERA));
        (Answer memory a,) = until(IHub.dissect.selector, b, server, honest(VERA));
        equal(a.next.position.length, 2, "a part of two steps");
        bytes32[] memory agreeing = listOf(server, b, a.next.position.first, 2);
        agreeing[1] = b.list[a.part];
        bytes memory call = withEvidence(a.call, DISSECT_HEAD, abi.encodePacked(b.list, agreeing));
        refused(EndNotDisputed.selector, SIMON, address(hub), 0, call);
        // a part of one step
        Position memory p = b.position;
        bytes memory evidence = abi.encodePacked(b.list, bytes32(uint256(1)));
        call = abi.encodeCall(IHub.dissect, (b.id, p, 0, evidence));
        refused(PartIsSingleStep.selector, SIMON, address(hub), 0, call);
        // too few states, too many
        evidence = abi.encodePacked(b.list, agreeing[0]);
        refused(EvidenceTooShort.selector, SIMON, address(hub), 0, withEvidence(a.call, DISSECT_HEAD, evidence));
        evidence = abi.encodePacked(b.list, agreeing[0], bytes32(0), bytes32(0));
        refused(EvidenceTooLong.selector, SIMON, address(hub), 0, withEvidence(a.call, DISSECT_HEAD, evidence));
        // the part must exist
        call = abi.encodeCall(IHub.dissect, (b.id, p, 16, abi.encodePacked(b.list, agreeing)));
        refused(NoSuchPart.selector, SIMON, address(hub), 0, call);
        check(move(server, b), "the right form is a move");
    }

    function test_movesBelongToTheirLevel() public {
        Player memory server = liar(SIMON, 2, 8);
        (, Board memory b) = begin(server, honest(VERA));
        // level 0: no execution; no refinement of a part of two steps (part 3)
        bytes memory call = executeCall(b, 2, 0);
        refused(LevelWrong.selector, SIMON, address(hub), 0, call);
        call = abi.encodeCall(IHub.refine, (b.id, b.position, 3, statusAt[3], rootAt(3), abi.encodePacked(b.list)));
        refused(PartIsNotSingleStep.selector, SIMON, address(hub), 0, call);
        (, address mover) = until(IHub.execute.selector, b, server, honest(VERA));
        equal(b.position.level, 1, "level 1");
        call = abi.encodeCall(IHub.refine, (b.id, b.position, 0, 0, 0, abi.encodePacked(b.list)));
        refused(LevelWrong.selector, mover, address(hub), 0, call);
    }

    function test_executionMustRefute() public {
        // A liar meets a true list of single steps at level 1: whatever he executes is right.
        Player memory server = liar(SIMON, 2, 8);
        (, Board memory b) = begin(server, honest(VERA));
        until(IHub.dissect.selector, b, server, honest(VERA));
        while (!(b.position.level == 1 && b.position.length <= 16)) {
            Player memory p = hub.getGame(b.id).onTurn == Side.Server ? server : honest(VERA);
            check(move(p, b), "moves");
        }
        bool honestPosted = hub.getGame(b.id).onTurn == Side.Server;
        Player memory mover = honestPosted ? server : honest(VERA);
        uint256 right = 0;
        for (uint256 j = 0; j < b.list.length; ++j) {
            bytes32 from = j == 0 ? b.position.start : b.list[j - 1];
            uint256 t = b.position.first + j;
            if (from != Toy.hash(machineAt(b.refined, t))) continue;
            if (b.list[j] != Toy.hash(machineAt(b.refined, t + 1))) continue;
            refused(StepIsRight.selector, mover.who, address(hub), 0, executeCall(b, j, t));
            ++right;
        }
        check(right > 0, "some assertion is right");
        // another program
        NodeDef memory def = nodes[b.refined % nodes.length];
        bytes memory evidence =
            bytes.concat(abi.encodePacked(b.list), Toy.witness(machineAt(b.refined, b.position.first), def.code));
        bytes memory call =
            abi.encodeCall(IHub.execute, (b.id, b.position, 0, bytes32(uint256(1)), 1, uint8(Toy.MEM_DEPTH), evidence));
        refused(ProgramMismatch.selector, mover.who, address(hub), 0, call);
    }

    function test_nodeIsTakenByPosition() public {
        Player memory server = liar(SIMON, 4, 1);
        (, Board memory b) = begin(server, honest(VERA));
        (Answer memory a, address mover) = until(IHub.refine.selector, b, server, honest(VERA));
        Player memory p = mover == SIMON ? server : honest(VERA);
        uint256 i = b.position.first + a.part * b.position.length / b.list.length;
        equal(i, 4, "the dispute is about step 4, node 1");
        // the witness of node 0, of node 2, and of the same node an iteration later
        uint256[3] memory others = [uint256(3), 5, 7];
        for (uint256 o = 0; o < 3; ++o) {
            bytes memory w = linkWitness(honest(p.who), others[o], a.next.list);
            bytes memory call = withEvidence(a.call, REFINE_HEAD, bytes.concat(abi.encodePacked(b.list), w));
            refused(ProofMismatch.selector, mover, address(hub), 0, call);
        }
        check(move(p, b), "its own witness passes");
    }

    function test_refinementOpensTheAcceptedState() public {
        Player memory server = liar(SIMON, 4, 1);
        (, Board memory b) = begin(server, honest(VERA));
        (Answer memory a, address mover) = until(IHub.refine.selector, b, server, honest(VERA));
        bytes memory evidence = evidenceOf(a.call, REFINE_HEAD);
        bytes memory call = abi.encodeCall(IHub.refine, (b.id, b.position, a.part, 0, bytes32(uint256(1)), evidence));
        refused(StateMismatch.selector, mover, address(hub), 0, call);
        call = abi.encodeCall(IHub.refine, (b.id, b.position, a.part, 1, rootAt(4), evidence));
        refused(StateMismatch.selector, mover, address(hub), 0, call);
        // an end that is not the list's last
        evidence[evidence.length - 32 * 8] ^= 0x01;
        (bool ok,) = send(mover, address(hub), 0, withEvidence(a.call, REFINE_HEAD, evidence));
        check(!ok, "a damaged witness is refused");
    }

    function test_stoppedProgramCannotBeRefuted() public {
        // The challenger's list is right in the padding: refuting a true fixed point is refused.
        ClaimId c = makeClaim(openRequest(), honest(SIMON));
        Board memory b;
        b.position = Position(0, 0, uint64(steps()), honest0(0), hubModel());
        b.list = listOf(honest(MALLORY), b, 0, steps());
        b.list[15] = bytes32(uint256(1));
        b.id = abi.decode(must(MALLORY, address(hub), CHALLENGE_BOND, challengeCall(c, b.list)), (GameId));
        for (uint256 j = 8; j < 15; ++j) {
            uint256 first = j * 21 / 16;
            if ((j + 1) * 21 / 16 - first != 1 || statusAt[first] == 0) continue;
            bytes memory call = abi.encodeCall(
                IHub.refine, (b.id, b.position, j, statusAt[first], rootAt(first), abi.encodePacked(b.list))
            );
            refused(StepIsRight.selector, SIMON, address(hub), 0, call);
            call = abi.encodeCall(
                IHub.refine, (b.id, b.position, j, statusAt[first], rootAt(first), abi.encodePacked(b.list, uint8(0)))
            );
            refused(EvidenceTooLong.selector, SIMON, address(hub), 0, call);
            return;
        }
        revert Failed("no single padded part");
    }

    function test_reorgedMoveReverts() public {
        Player memory server = liar(SIMON, 4, 1);
        (ClaimId c, Board memory b) = begin(server, honest(VERA));
        Board memory old = b;
        Answer memory a = answerOf(server, b);
        // After a reorg the same challenger has opened his game with another list: same id, other position.
        bytes32[] memory other = listOf(liar(VERA, 2, 0), old, 0, steps());
        GameId second = abi.decode(must(VERA, address(hub), 2 * CHALLENGE_BOND, challengeCall(c, other)), (GameId));
        bytes memory moved = a.call;
        bytes32 id = GameId.unwrap(second);
        assembly ("memory-safe") {
            mstore(add(moved, 36), id)
        }
        refused(PositionMismatch.selector, SIMON, address(hub), 0, moved);
        // A challenge names a claim by its contents: a claim with another output has another id.
        refused(
            ClaimNotLive.selector,
            VERA,
            address(hub),
            CHALLENGE_BOND,
            challengeCall(ClaimId.wrap(keccak256("reorged")), other)
        );
    }

    /// Cartesi 20: a move sent twice, or answered already, changes nothing.
    function test_duplicateMoveIsRefused() public {
        Player memory server = liar(SIMON, 4, 1);
        (, Board memory b) = begin(server, honest(VERA));
        Answer memory a = answerOf(server, b);
        check(move(server, b), "the first goes through");
        bytes32 position = hub.getGame(b.id).position;
        refused(NotOnTurn.selector, SIMON, address(hub), 0, a.call);
        check(move(honest(VERA), b), "the answer");
        if (statusOf(b.id) == GameStatus.Running) {
            refused(PositionMismatch.selector, SIMON, address(hub), 0, a.call);
        }
        check(hub.getGame(b.id).position != position, "the game went on");
    }

    function test_onlyTheSideOnTurnMoves() public {
        Player memory server = liar(SIMON, 4, 1);
        (, Board memory b) = begin(server, honest(VERA));
        Answer memory a = answerOf(server, b);
        refused(NotOnTurn.selector, VERA, address(hub), 0, a.call);
        refused(NotOnTurn.selector, MALLORY, address(hub), 0, a.call);
        must(SIMON, address(hub), 0, a.call);
    }

    function test_movesThroughAContractAreAnswered() public {
        Proxy proxy = new Proxy();
        vm.deal(address(proxy), 10 ether);
        RequestId r = openRequest();
        Player memory server = liar(address(proxy), 4, 1);
        bytes memory answer = proxy.pass{value: hub.bondDue(r)}(address(hub), claimCall(r, server));
        ClaimId c = abi.decode(answer, (ClaimId));
        Board memory b = openGame(c, honest(VERA));
        Answer memory a = answerOf(server, b);
        vm.recordLogs();
        proxy.pass(address(hub), a.call);
        // What Vera needs is in the log, nothing of it in the transaction's own data.
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        equal(logs.length, 1, "one event");
        equal(logs[0].topics[0], IHub.Moved.selector, "Moved");
        (uint32 number, Side poster, uint8 part, uint64 movedAt, Position memory position, bytes memory states) =
            abi.decode(logs[0].data, (uint32, Side, uint8, uint64, Position, bytes));
        check(number == 2 && poster == Side.Server, "the second move, by the server");
        check(part == a.part && movedAt == block.timestamp, "which part it refuted, and when");
        bytes32 hash = keccak256(
            abi.encode(
                bytes32("opml/1/position"),
                b.id,
                number,
                position.level,
                poster,
                position.first,
                position.length,
                position.start,
                position.context,
                keccak256(states)
            )
        );
        equal(hash, hub.getGame(b.id).position, "the event holds the position's preimage");
        (b.position, b.refined, b.moves) = (position, a.next.refined, 2);
        b.list = new bytes32[](states.length / 32);
        for (uint256 i = 0; i < b.list.length; ++i) {
            bytes32 state;
            assembly ("memory-safe") {
                state := mload(add(add(states, 32), mul(32, i)))
            }
            b.list[i] = state;
        }
        check(move(honest(VERA), b), "Vera answers from the log alone");
    }

    // ------------------------------------------------------------------ clocks

    function testFuzz_moveAndTimeoutNeverBothValid(uint256 late, bool serversTurn) public {
        late = late % (3 * ALLOWANCE);
        Player memory server = liar(SIMON, 4, 1);
        (, Board memory b) = begin(server, honest(VERA));
        if (!serversTurn) check(move(server, b), "the server's first move");
        Player memory p = serversTurn ? server : honest(VERA);
        vm.warp(block.timestamp + late);
        uint256 now_ = vm.snapshotState();
        (bool timedOut,) = send(ALICE, address(hub), 0, abi.encodeCall(IHub.timeout, (b.id)));
        vm.revertToState(now_);
        bool moved = move(p, b);
        check(moved != timedOut, "exactly one of the two");
        check(moved == (late <= ALLOWANCE), "equality belongs to the move");
    }

    function test_moveAndTimeoutNeverBothValid() public {
        testFuzz_moveAndTimeoutNeverBothValid(ALLOWANCE, true);
        testFuzz_moveAndTimeoutNeverBothValid(ALLOWANCE + 1, true);
        testFuzz_moveAndTimeoutNeverBothValid(ALLOWANCE, false);
        testFuzz_moveAndTimeoutNeverBothValid(ALLOWANCE + 1, false);
    }

    function test_silentForAMinusOneStillWins() public {
        Player memory server = liar(SIMON, 4, 1);
        (, Board memory b) = begin(server, honest(VERA));
        check(move(server, b), "the server moves");
        vm.warp(block.timestamp + ALLOWANCE - 1);
        play(b, server, honest(VERA));
        check(statusOf(b.id) == GameStatus.ChallengerWon, "a censored verifier still wins");
    }

    /// Optimism, Sherlock 004-H; Cartesi 11, 14: time is charged once, to the mover, in his own game.
    function test_clockChargesTheMoverOnly() public {
        Player memory server = liar(SIMON, 4, 1);
        (ClaimId c, Board memory b) = begin(server, honest(VERA));
        Board memory second = openGame(c, honest(MALLORY));
        vm.warp(block.timestamp + 100);
        check(move(server, b), "the server moves");
        Game memory g = hub.getGame(b.id);
        check(g.serverLeft == ALLOWANCE - 100 && g.challengerLeft == ALLOWANCE, "100 s of the server's");
        vm.warp(block.timestamp + 7);
        check(move(honest(VERA), b), "the challenger moves");
        g = hub.getGame(b.id);
        check(g.serverLeft == ALLOWANCE - 100 && g.challengerLeft == ALLOWANCE - 7, "7 s of the challenger's");
        g = hub.getGame(second.id);
        check(g.serverLeft == ALLOWANCE && g.movedAt == block.timestamp - 107, "the other game's clocks are its own");
    }

    function test_expiredClockEndsTheGameForEither() public {
        Player memory server = liar(SIMON, 4, 1);
        (ClaimId c, Board memory b) = begin(server, honest(VERA));
        refused(ClockRunning.selector, VERA, address(hub), 0, abi.encodeCall(IHub.timeout, (b.id)));
        check(move(server, b), "the server moves");
        vm.warp(block.timestamp + ALLOWANCE + 1);
        refused(ClockExpired.selector, VERA, address(hub), 0, answerOf(honest(VERA), b).call);
        vm.recordLogs();
        must(ALICE, address(hub), 0, abi.encodeCall(IHub.timeout, (b.id)));
        check(ending(b.id) == Ending.Timeout, "by time");
        check(statusOf(b.id) == GameStatus.ServerWon, "the silent challenger lost");
        equal(hub.credit(SIMON), CHALLENGE_BOND, "his bond is the server's");
        refused(GameNotRunning.selector, ALICE, address(hub), 0, abi.encodeCall(IHub.timeout, (b.id)));
        check(statusOf(c) == ClaimStatus.Live, "the claim still lives");

        b = openGame(c, honest(VERA));
        vm.warp(block.timestamp + ALLOWANCE + 1);
        hub.timeout(b.id);
        check(statusOf(c) == ClaimStatus.Dead, "the silent server lost");
    }

    function test_challengeAtWindowEndIsPlayed() public {
        Player memory server = liar(SIMON, 4, 1);
        ClaimId c = makeClaim(openRequest(), server);
        vm.warp(block.timestamp + WINDOW);
        refused(WindowOpen.selector, SIMON, address(hub), 0, abi.encodeCall(IHub.resolve, (c)));
        Board memory b = openGame(c, honest(VERA));
        equal(hub.getGame(b.id).serverLeft, ALLOWANCE, "its clocks are whole");
        vm.warp(block.timestamp + 1);
        refused(GamesAreOpen.selector, SIMON, address(hub), 0, abi.encodeCall(IHub.resolve, (c)));
        Board memory late;
        bytes memory call = challengeCall(c, listOf(honest(MALLORY), late, 0, steps()));
        refused(WindowClosed.selector, MALLORY, address(hub), CHALLENGE_BOND, call);
        play(b, server, honest(VERA));
        check(statusOf(c) == ClaimStatus.Dead, "the liar loses after his window's end");
        check(block.timestamp <= hub.getClaim(c).claimedAt + WINDOW + 2 * ALLOWANCE + 1, "in time");
    }

    // ------------------------------------------------------------------ many games

    function test_shamChallengeFinalisesNothing() public {
        RequestId r = openRequest();
        Player memory server = liar(SIMON, 4, 1);
        ClaimId c = makeClaim(r, server);
        Player memory sham = liar(MALLORY, 6, 1);
        Board memory lost = openGame(c, sham);
        Board memory b = openGame(c, honest(VERA));
        // The sham falls silent as soon as it is his turn.
        check(move(server, lost), "the liar answers his accomplice");
        vm.warp(block.timestamp + ALLOWANCE);
        check(move(server, b), "and Vera");
        vm.warp(block.timestamp + 1);
        hub.timeout(lost.id);
        check(statusOf(lost.id) == GameStatus.ServerWon, "the sham is lost");
        afterWindow();
        refused(GamesAreOpen.selector, SIMON, address(hub), 0, abi.encodeCall(IHub.resolve, (c)));
        vm.warp(block.timestamp - WINDOW - 1);
        play(b, server, honest(VERA));
        check(statusOf(c) == ClaimStatus.Dead, "the honest game decides");
        check(statusOf(r) == RequestStatus.Open, "nothing is final");
    }

    function test_hundredShamsCostTheServerNothing() public {
        RequestId r = openRequest();
        ClaimId c = makeClaim(r, honest(SIMON));
        Board[] memory games = new Board[](100);
        vm.deal(MALLORY, 1000 ether);
        for (uint256 i = 0; i < 100; ++i) {
            games[i] = openGame(c, liar(MALLORY, i % 9, i % 10));
        }
        for (uint256 i = 0; i < 100; ++i) {
            uint256 now_ = block.timestamp;
            check(move(honest(SIMON), games[i]), "the server answers each");
            vm.warp(now_);
        }
        vm.warp(block.timestamp + ALLOWANCE + 1);
        for (uint256 i = 0; i < 100; ++i) {
            if (statusOf(games[i].id) == GameStatus.Running) hub.timeout(games[i].id);
        }
        afterWindow();
        hub.resolve(c);
        equal(hub.credit(SIMON), CLAIM_BOND + FEE + 100 * uint256(CHALLENGE_BOND), "every sham prepaid its answer");
        holdsNothingElse();
    }

    function test_selfChallengeLosesTheBurn() public {
        RequestId r = openRequest();
        Player memory server = liar(SIMON, 4, 1);
        ClaimId c = makeClaim(r, server);
        uint256 balance = SIMON.balance + hub.credit(SIMON) + CLAIM_BOND;
        Board memory b = openGame(c, honest(SIMON));
        vm.warp(block.timestamp + ALLOWANCE + 1);
        hub.timeout(b.id);
        uint256 burnt = hub.credit(DEAD);
        check(burnt >= CLAIM_BOND / 2, "half of the bond burns");
        equal(SIMON.balance + hub.credit(SIMON), balance - burnt - CLAIM_BOND / 4, "his first winner gives a quarter");
        holdsFee();
    }

    function holdsFee() private view {
        equal(address(hub).balance, allCredits() + FEE, "credits and the open fee");
    }

    function test_shamBondIsLostOnARightClaim() public {
        ClaimId c = makeClaim(openRequest(), honest(SIMON));
        Player memory mallory = liar(MALLORY, 4, 1);
        Board memory b = openGame(c, mallory);
        Board memory second = openGame(c, mallory);
        refused(ClaimNotDead.selector, MALLORY, address(hub), 0, abi.encodeCall(IHub.reclaim, (b.id)));
        check(move(honest(SIMON), second), "the server answers both in time");
        play(b, honest(SIMON), mallory);
        play(second, honest(SIMON), mallory);
        refused(GameNotRunning.selector, MALLORY, address(hub), 0, abi.encodeCall(IHub.reclaim, (b.id)));
        refused(GameNotRunning.selector, MALLORY, address(hub), 0, abi.encodeCall(IHub.reclaim, (second.id)));
        equal(hub.credit(MALLORY), 0, "nothing is rescued");
        equal(hub.credit(SIMON), 2 * uint256(CHALLENGE_BOND), "both bonds are the server's");
    }

    /// Optimism, Spearbit 5.2.1 and 5.2.2: no move once the claim has died in another game; the bond comes back once.
    function test_noMoveAfterTheClaimDied() public {
        Player memory server = liar(SIMON, 4, 1);
        (ClaimId c, Board memory b) = begin(server, honest(VERA));
        Board memory other = openGame(c, honest(MALLORY));
        Answer memory a = answerOf(server, other);
        play(b, server, honest(VERA));
        check(statusOf(c) == ClaimStatus.Dead, "dead");
        refused(ClaimNotLive.selector, SIMON, address(hub), 0, a.call);
        refused(ClaimNotLive.selector, VERA, address(hub), CHALLENGE_BOND, challengeCall(c, b.list));
        vm.warp(block.timestamp + ALLOWANCE + 1);
        refused(ClaimNotLive.selector, SIMON, address(hub), 0, abi.encodeCall(IHub.timeout, (other.id)));
        refused(ClaimNotLive.selector, SIMON, address(hub), 0, abi.encodeCall(IHub.resolve, (c)));
        must(ALICE, address(hub), 0, abi.encodeCall(IHub.reclaim, (other.id)));
        check(statusOf(other.id) == GameStatus.Void, "void");
        equal(hub.credit(MALLORY), 2 * CHALLENGE_BOND + CLAIM_BOND / 4 / 2, "his bond, and half of the reward");
        refused(GameNotRunning.selector, MALLORY, address(hub), 0, abi.encodeCall(IHub.reclaim, (other.id)));
    }

    function test_surplusOfAChallengeIsCredited() public {
        ClaimId c = makeClaim(openRequest(), liar(SIMON, 4, 1));
        Board memory b;
        bytes memory call = challengeCall(c, listOf(honest(VERA), b, 0, steps()));
        refused(ChallengeBondTooSmall.selector, VERA, address(hub), CHALLENGE_BOND - 1, call);
        must(VERA, address(hub), CHALLENGE_BOND + 7, call);
        equal(hub.credit(VERA), 7, "what was too much");
    }

    /// Optimism, Spearbit 5.1.1: running out of gas in the verifier is never a result.
    function test_outOfGasIsNoResult() public {
        Player memory server = liar(SIMON, 4, 3);
        (, Board memory b) = begin(server, honest(VERA));
        (Answer memory a, address mover) = until(IHub.execute.selector, b, server, honest(VERA));
        for (uint256 limit = 20_000; limit < 150_000; limit += 3_000) {
            uint256 before = vm.snapshotState();
            vm.prank(mover);
            (bool ok,) = address(hub).call{gas: limit}(a.call);
            check(ok == (statusOf(b.id) != GameStatus.Running), "all or nothing");
            check(!ok || statusOf(b.id) == (mover == VERA ? GameStatus.ChallengerWon : GameStatus.ServerWon), "right");
            vm.revertToState(before);
        }
        must(mover, address(hub), 0, a.call);
    }

    // ------------------------------------------------------------------ one form of calldata

    /// Cartesi 6: bytes behind, between and inside the arguments, at every entry point of a game.
    function testFuzz_trailingBytesAreRefusedInGames(uint8 surplus, bytes32 junk) public {
        Player memory server = liar(SIMON, 2, 3);
        ClaimId c = makeClaim(openRequest(), server);
        Board memory b;
        bytes memory tail = abi.encodePacked(junk, junk, junk, junk, junk, junk, junk, junk);
        uint256 length = uint256(surplus) + 1;
        assembly ("memory-safe") {
            mstore(tail, length)
        }
        bytes memory call = challengeCall(c, listOf(honest(VERA), b, 0, steps()));
        (bool ok,) = send(VERA, address(hub), CHALLENGE_BOND, bytes.concat(call, tail));
        check(!ok, "challenge");
        b = openGame(c, honest(VERA));
        while (statusOf(b.id) == GameStatus.Running) {
            Player memory p = hub.getGame(b.id).onTurn == Side.Server ? server : honest(VERA);
            Answer memory a = answerOf(p, b);
            if (!a.found) break;
            (ok,) = send(p.who, address(hub), 0, bytes.concat(a.call, tail));
            check(!ok, "a move with a tail");
            uint256 head = bytes4(a.call) == IHub.dissect.selector
                ? DISSECT_HEAD
                : bytes4(a.call) == IHub.refine.selector ? REFINE_HEAD : EXECUTE_HEAD;
            bytes memory longer = withEvidence(a.call, head, bytes.concat(evidenceOf(a.call, head), tail));
            (ok,) = send(p.who, address(hub), 0, longer);
            check(!ok, "evidence with a tail");
            if (!move(p, b)) break;
        }
        check(b.moves >= 3, "the game was played");
    }
}
