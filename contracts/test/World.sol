// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Deliveries} from "../src/hub/Deliveries.sol";
import {GraphStep} from "../src/model/GraphStep.sol";
import {Hub} from "../src/hub/Hub.sol";
import {IHub} from "../src/hub/IHub.sol";
import {IModelRegistry} from "../src/model/IModelRegistry.sol";
import {ModelRegistry} from "../src/model/ModelRegistry.sol";
import {
    Claim,
    ClaimId,
    ClaimStatus,
    Game,
    GameId,
    GameStatus,
    MAX_EMITTED_OUTPUT,
    Model,
    ModelId,
    Parameters,
    Position,
    Request,
    RequestId,
    RequestStatus,
    Side,
    Terms
} from "../src/lib/Types.sol";
import {Step} from "../src/machine/Step.sol";
import {Test} from "./Forge.sol";
import {Toy, Trees} from "./Toy.sol";

/// @title A deployment, toy models of real programs, and players
/// @notice The main model has three nodes and seven loops, N = 21 (no multiple of 16); its third node counts, and stops
/// the program in the third loop, so the steps 9 to 20 are padding. Nodes run 32 steps, of which they use at most ten.
abstract contract World is Test {
    uint64 internal constant WINDOW = 1 hours;
    uint64 internal constant ALLOWANCE = 30 minutes;
    uint96 internal constant CLAIM_BOND = 0.4 ether + 3;
    uint96 internal constant CHALLENGE_BOND = 0.1 ether;
    uint96 internal constant FEE = 0.01 ether;
    address internal constant DEAD = 0x000000000000000000000000000000000000dEaD;

    address internal constant ALICE = address(0xA11CE); // requester
    address internal constant SIMON = address(0x51303); // server
    address internal constant VERA = address(0x3E4A); // verifier
    address internal constant MALLORY = address(0x3A770);

    /// the eight bytes of a 7, without their trailing zeros
    bytes internal constant INPUT = hex"07";

    /// what the output slot holds before a run: the eight bytes of an 11
    bytes32 internal constant INITIAL = bytes32(bytes1(0x0b));

    Hub internal hub;
    Deliveries internal deliveries;
    ModelRegistry internal registry;
    ModelId internal modelId;
    Model internal model;

    /// @dev One node of the toy graph; slots are mapped at leaf 1, 2, … of memory, the fixed leaf at 0.
    struct NodeDef {
        uint32[] code;
        uint8 stepsLog2;
        bytes32 fixedLeaf;
        uint256[] slots;
        uint256[] outputLeaf;
        uint256[] outputSlot;
    }

    NodeDef[] internal nodes;
    /// @dev honest level 0: slots and status before step i
    bytes32[4][] internal slotsAt;
    uint8[] internal statusAt;
    /// @dev if filled, the states that liars tell from step lie0 + 1 on: those of a run on another input
    bytes32[4][] internal foreignAt;

    struct Player {
        address who;
        bool lies;
        /// the first step of level 0 after which the states are false
        uint256 lie0;
        /// within that step's node, the first instruction after which the states are false
        uint256 lie1;
    }

    /// @dev What anyone can read from the events of a game.
    struct Board {
        GameId id;
        Position position;
        bytes32[] list;
        uint32 moves;
        /// the step of level 0 that level 1 is about
        uint256 refined;
    }

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        for (uint160 i = 0; i < 4; ++i) {
            vm.deal([ALICE, SIMON, VERA, MALLORY][i], 1000 ether);
        }
        registry = new ModelRegistry();
        hub = deploy();
        deliveries = Deliveries(hub.deliveries());
        useMainModel();
    }

    function parameters() internal pure returns (Parameters memory) {
        return Parameters(WINDOW, ALLOWANCE, CLAIM_BOND, CHALLENGE_BOND, 2500, 2500);
    }

    function deploy() internal returns (Hub) {
        return new Hub(address(registry), address(new GraphStep()), address(new Step()), "opml/1/rv64im", parameters());
    }

    // ------------------------------------------------------------------ models

    function word(uint64 value) internal pure returns (bytes32) {
        return bytes32(uint256(Toy.swap(value)) << 192);
    }

    function useMainModel() internal {
        uint32[] memory mix = new uint32[](10);
        mix[0] = Toy.ld(5, 32);
        mix[1] = Toy.ld(6, 64);
        mix[2] = Toy.ld(7, 0);
        mix[3] = Toy.mul(6, 6, 7);
        mix[4] = Toy.add(6, 6, 5);
        mix[5] = Toy.sd(6, 64);
        mix[6] = Toy.addi(6, 6, 1);
        mix[7] = Toy.sd(6, 96);
        mix[8] = Toy.addi(17, 0, 93);
        mix[9] = Toy.ECALL;
        uint32[] memory count = new uint32[](7);
        count[0] = Toy.ld(5, 32);
        count[1] = Toy.addi(5, 5, 1);
        count[2] = Toy.sd(5, 32);
        count[3] = Toy.ld(6, 0);
        count[4] = Toy.sltu(10, 6, 5);
        count[5] = Toy.addi(17, 0, 93);
        count[6] = Toy.ECALL;
        delete nodes;
        addNode(mix, 5, word(3), two(0, 1), two(2, 3), two(1, 2)); // acc' = 3·acc + input; aux = acc' + 1
        addNode(mix, 5, word(5), two(2, 1), one(2), one(1)); // acc' = 5·acc + aux
        addNode(count, 5, word(2), one(3), one(1), one(3)); // counter' = counter + 1; stop when it exceeds 2
        useModel(7);
    }

    /// @dev A model of one node and one step, with the given program of two steps.
    function useOneNodeModel(uint32[] memory code) internal {
        delete nodes;
        addNode(code, 1, word(0), one(0), one(1), one(1));
        useModel(1);
    }

    function useModel(uint64 loops) internal {
        bytes32[4] memory initial = [bytes32(0), INITIAL, word(0), word(0)];
        model = Model({
            graphRoot: Trees.at(nodeHashes(), 2, 0),
            graphDepth: 2,
            nodeCount: uint64(nodes.length),
            loops: loops,
            initialSlotsRoot: slotsRoot(initial),
            slotDepth: 2,
            inputSlot: 0,
            inputDepth: 0,
            inputBytes: 8,
            outputSlot: 1,
            outputDepth: 0,
            outputBytes: 8,
            outputGiven: false
        });
        modelId = registry.register(model, "file:///toy");
        runHonestly(initial);
    }

    function one(uint256 a) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = a;
    }

    function two(uint256 a, uint256 b) internal pure returns (uint256[] memory list) {
        list = new uint256[](2);
        (list[0], list[1]) = (a, b);
    }

    function addNode(
        uint32[] memory code,
        uint8 stepsLog2,
        bytes32 fixedLeaf,
        uint256[] memory slots,
        uint256[] memory outputLeaf,
        uint256[] memory outputSlot
    ) internal {
        nodes.push(NodeDef(code, stepsLog2, fixedLeaf, slots, outputLeaf, outputSlot));
    }

    function nodeBytes(uint256 n) internal view returns (bytes memory out) {
        NodeDef memory def = nodes[n];
        out = abi.encodePacked(
            Trees.at(Toy.codeLeaves(def.code), 1, 0),
            uint8(Toy.CODE_DEPTH),
            uint8(Toy.MEM_DEPTH),
            def.stepsLog2,
            uint8(1 + def.slots.length),
            uint8(def.outputLeaf.length)
        );
        out = bytes.concat(out, abi.encodePacked(uint8(0), uint8(0), uint64(0), def.fixedLeaf));
        for (uint256 i = 0; i < def.slots.length; ++i) {
            out = bytes.concat(out, abi.encodePacked(uint8(1), uint8(0), uint64(i + 1), def.slots[i]));
        }
        for (uint256 i = 0; i < def.outputLeaf.length; ++i) {
            out = bytes.concat(out, abi.encodePacked(uint8(0), uint64(def.outputLeaf[i]), uint32(def.outputSlot[i])));
        }
    }

    function nodeHashes() internal view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](nodes.length);
        for (uint256 n = 0; n < nodes.length; ++n) {
            hashes[n] = keccak256(bytes.concat(bytes32("opml/1/node"), nodeBytes(n)));
        }
    }

    function leaves(bytes32[4] memory slots) internal pure returns (bytes32[] memory list) {
        list = new bytes32[](4);
        for (uint256 i = 0; i < 4; ++i) {
            list[i] = slots[i];
        }
    }

    function slotsRoot(bytes32[4] memory slots) internal pure returns (bytes32) {
        return Trees.at(leaves(slots), 2, 0);
    }

    function stateOf(uint8 status, bytes32 root) internal pure returns (bytes32) {
        return keccak256(abi.encode(bytes32("opml/1/state"), uint256(status), root));
    }

    // ------------------------------------------------------------------ honest execution

    function steps() internal view returns (uint256) {
        return model.nodeCount * model.loops;
    }

    function runHonestly(bytes32[4] memory slots) internal {
        slots[0] = bytes32(INPUT);
        runFrom(slots);
    }

    function runFrom(bytes32[4] memory slots) internal {
        delete slotsAt;
        delete statusAt;
        uint8 status = 0;
        for (uint256 i = 0; i <= steps(); ++i) {
            slotsAt.push(slots);
            statusAt.push(status);
            if (status != 0 || i == steps()) continue;
            Toy.Machine memory m = machineAt(i, type(uint256).max);
            if (m.exit >> 1 != 1 << 62) {
                (status, slots) = (2, [bytes32(0), 0, 0, 0]);
                continue;
            }
            NodeDef memory def = nodes[i % nodes.length];
            for (uint256 o = 0; o < def.outputSlot.length; ++o) {
                slots[def.outputSlot[o]] = m.memory_[def.outputLeaf[o]];
            }
            status = uint8(m.exit & 1);
        }
    }

    /// @dev Lets liars tell what a run on another input gives.
    function lieAboutTheInput(bytes32 other) internal {
        bytes32[4] memory slots = slotsAt[0];
        slots[0] = other;
        runFrom(slots);
        foreignAt = slotsAt;
        slots = slotsAt[0];
        runHonestly(slots);
    }

    /// @dev The machine of level-0 step i after t instructions.
    function machineAt(uint256 i, uint256 t) internal view returns (Toy.Machine memory m) {
        NodeDef memory def = nodes[i % nodes.length];
        m.memory_ = new bytes32[](8);
        m.memory_[0] = def.fixedLeaf;
        for (uint256 s = 0; s < def.slots.length; ++s) {
            m.memory_[s + 1] = slotsAt[i][def.slots[s]];
        }
        uint256 length = 1 << def.stepsLog2;
        Toy.run(m, def.code, t < length ? t : length);
    }

    function rootAt(uint256 i) internal view returns (bytes32) {
        return statusAt[i] == 2 ? bytes32(0) : slotsRoot(slotsAt[i]);
    }

    function honest0(uint256 i) internal view returns (bytes32) {
        return stateOf(statusAt[i], rootAt(i));
    }

    // ------------------------------------------------------------------ players and their traces

    function honest(address who) internal pure returns (Player memory) {
        return Player(who, false, 0, 0);
    }

    function liar(address who, uint256 lie0, uint256 lie1) internal pure returns (Player memory) {
        return Player(who, true, lie0, lie1);
    }

    /// @dev A false state is well formed: the output slot is another, depending on who lies.
    function slotsOf(Player memory p, uint256 i) internal view returns (bytes32[4] memory slots) {
        slots = slotsAt[i];
        if (p.lies && i > p.lie0 && foreignAt.length != 0) return foreignAt[i];
        if (p.lies && i > p.lie0) slots[1] ^= word(uint16(uint160(p.who)));
    }

    function statusOf(Player memory p, uint256 i) internal view virtual returns (uint8) {
        return p.lies && i > p.lie0 && statusAt[i] == 2 ? 0 : statusAt[i];
    }

    function state0(Player memory p, uint256 i) internal view returns (bytes32) {
        if (!p.lies || i <= p.lie0) return honest0(i);
        return stateOf(statusOf(p, i), slotsRoot(slotsOf(p, i)));
    }

    /// @dev The end of a node's run as the player tells it; a liar's maps to another graph state.
    function endOf(Player memory p, uint256 i) internal view returns (Toy.Machine memory m) {
        m = machineAt(i, type(uint256).max);
        if (!p.lies || i != p.lie0) return m;
        if (m.exit >> 1 != 1 << 62) m.exit = 1 << 63;
        NodeDef memory def = nodes[i % nodes.length];
        m.memory_[def.outputLeaf[0]] ^= word(uint16(uint160(p.who)));
    }

    function state1(Player memory p, uint256 i, uint256 t) internal view returns (bytes32) {
        if (p.lies && i == p.lie0 && t > p.lie1) {
            if (t == 1 << nodes[i % nodes.length].stepsLog2) return Toy.hash(endOf(p, i));
            return keccak256(abi.encode("lie", p.who, i, t));
        }
        return Toy.hash(machineAt(i, t));
    }

    function stateIn(Player memory p, Board memory b, uint256 t) internal view returns (bytes32) {
        return b.position.level == 0 ? state0(p, t) : state1(p, b.refined, t);
    }

    // ------------------------------------------------------------------ calls

    function terms() internal view returns (Terms memory) {
        return Terms(address(0), uint64(block.timestamp + 1 days), address(0), 0);
    }

    function openRequest() internal returns (RequestId) {
        return openRequest(terms());
    }

    function openRequest(Terms memory t) internal returns (RequestId) {
        vm.prank(ALICE);
        return hub.request{value: FEE}(modelId, t, INPUT);
    }

    function claimCall(RequestId r, Player memory p) internal view returns (bytes memory) {
        uint256 n = steps();
        uint8 status = statusOf(p, n);
        if (status == 2) return abi.encodeCall(IHub.claim, (r, 2, 0, ""));
        bytes32[4] memory slots = slotsOf(p, n);
        bytes memory evidence = bytes.concat(packed(slots[1]), Trees.proof(leaves(slots), 0, 1, 2));
        return abi.encodeCall(IHub.claim, (r, status, slotsRoot(slots), evidence));
    }

    /// @dev A claim's output as evidence has it: its length, and its bytes without their trailing zeros; of a long one
    /// its root, which is what the slot holds.
    function packed(bytes32 slot) internal view returns (bytes memory) {
        if (model.outputBytes > MAX_EMITTED_OUTPUT) return bytes.concat(slot);
        bytes memory output = new bytes(model.outputBytes);
        for (uint256 i = 0; i < output.length; ++i) {
            output[i] = slot[i];
        }
        output = trimmed(output);
        return bytes.concat(bytes4(uint32(output.length)), output);
    }

    function trimmed(bytes memory buffer) internal pure returns (bytes memory) {
        uint256 length = buffer.length;
        while (length != 0 && buffer[length - 1] == 0) {
            --length;
        }
        assembly ("memory-safe") {
            mstore(buffer, length)
        }
        return buffer;
    }

    function makeClaim(RequestId r, Player memory p) internal returns (ClaimId) {
        return abi.decode(must(p.who, address(hub), hub.bondDue(r), claimCall(r, p)), (ClaimId));
    }

    function challengeCall(ClaimId c, bytes32[] memory list) internal view returns (bytes memory) {
        bytes32[4] memory initial = slotsAt[0];
        initial[0] = 0;
        if (model.outputGiven) initial[1] = INITIAL;
        bytes memory evidence = bytes.concat(initial[0], Trees.proof(leaves(initial), 0, 0, 2));
        if (model.outputGiven) {
            initial[0] = slotsAt[0][0];
            evidence = bytes.concat(evidence, initial[1], Trees.proof(leaves(initial), 0, 1, 2));
        }
        return abi.encodeCall(IHub.challenge, (c, bytes.concat(evidence, abi.encodePacked(list))));
    }

    /// @dev The player's own list over an interval.
    function listOf(Player memory p, Board memory b, uint256 first, uint256 length)
        internal
        view
        returns (bytes32[] memory list)
    {
        uint256 k = length < 16 ? length : 16;
        list = new bytes32[](k);
        for (uint256 j = 0; j < k; ++j) {
            list[j] = stateIn(p, b, first + (j + 1) * length / k);
        }
    }

    function openGame(ClaimId c, Player memory p) internal returns (Board memory b) {
        b.position = Position(0, 0, uint64(steps()), honest0(0), ModelId.unwrap(modelId));
        b.list = listOf(p, b, 0, steps());
        b.id = abi.decode(must(p.who, address(hub), hub.challengeBondDue(c), challengeCall(c, b.list)), (GameId));
        b.moves = 1;
    }

    // ------------------------------------------------------------------ moves

    /// @dev A move that a player may make, and the board after it.
    struct Answer {
        bool found;
        uint256 part;
        bytes call;
        Board next;
    }

    /// @dev The rule of both honest players and liars: refute the first assertion that one's own trace contradicts.
    function answerOf(Player memory p, Board memory b) internal view returns (Answer memory a) {
        uint256 k = b.list.length;
        for (uint256 j = 0; j < k; ++j) {
            uint256 end = b.position.first + (j + 1) * b.position.length / k;
            if (b.list[j] == stateIn(p, b, end)) continue;
            a.part = j;
            uint256 first = b.position.first + j * b.position.length / k;
            return answerPart(p, b, a, first, end - first);
        }
    }

    function answerPart(Player memory p, Board memory b, Answer memory a, uint256 first, uint256 length)
        internal
        view
        returns (Answer memory)
    {
        a.found = true;
        a.next.id = b.id;
        a.next.moves = b.moves + 1;
        a.next.refined = b.refined;
        bytes32 from = a.part == 0 ? b.position.start : b.list[a.part - 1];
        if (length > 1) {
            a.next.position = Position(b.position.level, uint64(first), uint64(length), from, b.position.context);
            a.next.list = listOf(p, b, first, length);
            bytes memory evidence = abi.encodePacked(b.list, a.next.list);
            a.call = abi.encodeCall(IHub.dissect, (b.id, b.position, a.part, evidence));
        } else if (b.position.level == 0) {
            a.call = refineCall(p, b, a, first);
        } else {
            a.call = executeCall(b, a.part, first);
        }
        return a;
    }

    function refineCall(Player memory p, Board memory b, Answer memory a, uint256 i)
        internal
        view
        returns (bytes memory)
    {
        bytes memory evidence = abi.encodePacked(b.list);
        if (statusAt[i] == 0) {
            NodeDef memory def = nodes[i % nodes.length];
            bytes32 program = keccak256(
                abi.encode(
                    bytes32("opml/1/program"), Trees.at(Toy.codeLeaves(def.code), 1, 0), Toy.CODE_DEPTH, Toy.MEM_DEPTH
                )
            );
            a.next.refined = i;
            a.next.position = Position(1, 0, uint64(1) << def.stepsLog2, Toy.hash(machineAt(i, 0)), program);
            a.next.list = listOf(p, a.next, 0, a.next.position.length);
            evidence = bytes.concat(evidence, linkWitness(p, i, a.next.list));
        }
        return abi.encodeCall(IHub.refine, (b.id, b.position, a.part, statusAt[i], rootAt(i), evidence));
    }

    function linkWitness(Player memory p, uint256 i, bytes32[] memory list) internal view returns (bytes memory) {
        uint256 n = i % nodes.length;
        NodeDef memory def = nodes[n];
        bytes32[4] memory slots = slotsAt[i];
        bytes memory w = bytes.concat(nodeBytes(n), Trees.proof(nodeHashes(), 0, n, 2));
        for (uint256 s = 0; s < def.slots.length; ++s) {
            w = bytes.concat(w, slots[def.slots[s]], Trees.proof(leaves(slots), 0, def.slots[s], 2));
        }
        Toy.Machine memory end = endOf(p, i);
        w = bytes.concat(w, abi.encodePacked(list), Toy.encode(end));
        if (end.exit >> 1 != 1 << 62) return w;
        for (uint256 o = 0; o < def.outputLeaf.length; ++o) {
            uint256 leaf = def.outputLeaf[o];
            uint256 slot = def.outputSlot[o];
            w = bytes.concat(w, end.memory_[leaf], Trees.proof(end.memory_, 0, leaf, Toy.MEM_DEPTH));
            w = bytes.concat(w, slots[slot], Trees.proof(leaves(slots), 0, slot, 2));
            slots[slot] = end.memory_[leaf];
        }
        return w;
    }

    function executeCall(Board memory b, uint256 part, uint256 t) internal view returns (bytes memory) {
        NodeDef memory def = nodes[b.refined % nodes.length];
        bytes memory evidence = bytes.concat(abi.encodePacked(b.list), Toy.witness(machineAt(b.refined, t), def.code));
        return abi.encodeCall(
            IHub.execute,
            (
                b.id,
                b.position,
                part,
                Trees.at(Toy.codeLeaves(def.code), 1, 0),
                uint8(Toy.CODE_DEPTH),
                uint8(Toy.MEM_DEPTH),
                evidence
            )
        );
    }

    /// @dev Makes one move; false if the player has none, or the hub refuses it.
    function move(Player memory p, Board memory b) internal returns (bool) {
        Answer memory a = answerOf(p, b);
        if (!a.found) return false;
        (bool ok,) = send(p.who, address(hub), 0, a.call);
        if (!ok) return false;
        (b.position, b.list, b.moves, b.refined) = (a.next.position, a.next.list, a.next.moves, a.next.refined);
        return true;
    }

    /// @dev Both sides move until one has no move left, and loses by time.
    function play(Board memory b, Player memory server, Player memory challenger) internal {
        while (true) {
            Game memory g = hub.getGame(b.id);
            if (g.status != GameStatus.Running) return;
            if (!move(g.onTurn == Side.Server ? server : challenger, b)) {
                vm.warp(uint256(g.movedAt) + ALLOWANCE + 1);
                hub.timeout(b.id);
                return;
            }
        }
    }

    // ------------------------------------------------------------------ questions

    function statusOf(GameId g) internal view returns (GameStatus) {
        return hub.getGame(g).status;
    }

    function statusOf(ClaimId c) internal view returns (ClaimStatus) {
        return hub.getClaim(c).status;
    }

    function statusOf(RequestId r) internal view returns (RequestStatus) {
        return hub.getRequest(r).status;
    }

    /// @dev The actors' credits and the burnt shares; what a settled hub holds must be just that.
    function allCredits() internal view returns (uint256) {
        return hub.credit(ALICE) + hub.credit(SIMON) + hub.credit(VERA) + hub.credit(MALLORY) + hub.credit(DEAD);
    }

    function holdsNothingElse() internal view {
        equal(address(hub).balance, allCredits(), "the hub holds what it owes");
    }

    function afterWindow() internal {
        vm.warp(block.timestamp + WINDOW + 1);
    }
}
