// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    CalldataNotCanonical,
    EndMismatch,
    EvidenceTooLong,
    EvidenceTooShort,
    MaskBitsUnused,
    NodeOutOfBounds,
    ProofMismatch,
    SegmentsOverlap
} from "../src/lib/Errors.sol";
import {GraphStep} from "../src/model/GraphStep.sol";
import {IGraphStep} from "../src/model/IGraphStep.sol";
import {Availability, ClaimId, GameId, Model, ModelId, Position, RequestId, Side, Terms} from "../src/lib/Types.sol";
import {Cursor, CursorReads} from "../src/lib/Calldata.sol";
import {Commitments} from "../src/lib/Commitments.sol";
import {Merkle} from "../src/lib/Merkle.sol";
import {Partition} from "../src/lib/Partition.sol";
import {IStep} from "../src/machine/IStep.sol";
import {Step} from "../src/machine/Step.sol";
import {Test} from "./Forge.sol";
import {Toy, Trees} from "./Toy.sol";

/// @notice The libraries' functions that take calldata, callable.
contract Parts {
    function rootOfBytes(bytes calldata data, uint256 depth) external pure returns (bytes32) {
        return Merkle.rootOfBytes(data, depth);
    }

    function climb(bytes calldata proof, bytes32 value, uint256 index, uint256 height, uint256 top)
        external
        pure
        returns (bytes32 root)
    {
        Cursor memory cursor = CursorReads.over(proof);
        root = Merkle.climb(cursor, value, index, height, top, Merkle.zeros(top));
        cursor.requireDone();
    }

    function node(bytes calldata fields) external pure returns (bytes32) {
        return Commitments.node(fields);
    }

    function request(
        address requester,
        uint64 nonce,
        ModelId modelId,
        bytes32 inputRoot,
        Availability availability,
        uint256 fee,
        Terms calldata terms
    ) external view returns (RequestId) {
        return Commitments.request(requester, nonce, modelId, inputRoot, availability, fee, terms);
    }
}

/// @title The libraries and the graph step, each alone
contract PartsTest is Test {
    Parts private parts = new Parts();
    GraphStep private graphStep = new GraphStep();
    Step private step = new Step();

    // ------------------------------------------------------------------ partition

    function test_everyLengthUpTo300IsPartitioned() public pure {
        for (uint256 length = 1; length <= 300; ++length) {
            checkPartition(length);
        }
    }

    function testFuzz_everyLengthIsPartitioned(uint256 length) public pure {
        checkPartition(1 + length % (1 << 40));
    }

    /// @dev The parts tile the interval, none is empty, and none is longer than another by two.
    function checkPartition(uint256 length) private pure {
        uint256 k = Partition.parts(length);
        equal(k, length < 16 ? length : 16, "k = min(16, length)");
        equal(Partition.bound(length, 0), 0, "starts at 0");
        equal(Partition.bound(length, k), length, "ends at the end");
        for (uint256 j = 0; j < k; ++j) {
            uint256 size = Partition.bound(length, j + 1) - Partition.bound(length, j);
            check(size == length / k || size == length / k + 1, "parts are even");
            check(size >= 1, "and not empty");
            check(length == 1 || size < length, "and smaller");
        }
    }

    // ------------------------------------------------------------------ trees

    function testFuzz_rootOfBytesIsTheRoot(bytes memory data, uint8 spare) public view {
        checkRoot(data, spare % 4);
    }

    function test_rootOfBytesAtAwkwardLengths() public view {
        for (uint256 length = 0; length < 70; ++length) {
            checkRoot(filled(length), length % 3);
        }
        checkRoot(filled(1023), 0);
        checkRoot(filled(1025), 1);
    }

    function filled(uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            data[i] = bytes1(uint8(i * 7 + 1));
        }
    }

    function checkRoot(bytes memory data, uint256 spare) private view {
        uint256 depth = spare;
        while (32 << depth < data.length) ++depth;
        bytes32[] memory list = new bytes32[](((data.length + 31) / 32));
        for (uint256 i = 0; i < data.length; ++i) {
            list[i / 32] |= bytes32(data[i]) >> (8 * (i % 32));
        }
        equal(parts.rootOfBytes(data, depth), Trees.at(list, depth, 0), "root");
    }

    function testFuzz_proofsLeadToTheRoot(uint256 seed, uint8 height, uint8 index) public view {
        (bytes32[] memory list, uint256 h, uint256 i) = tree(seed, height, index);
        bytes memory proof = Trees.proof(list, h, i, 4);
        equal(parts.climb(proof, Trees.at(list, h, i), i, h, 4), Trees.at(list, 4, 0), "root");
    }

    function tree(uint256 seed, uint8 height, uint8 index)
        private
        pure
        returns (bytes32[] memory list, uint256 h, uint256 i)
    {
        list = new bytes32[](16);
        for (uint256 n = 0; n < 16; ++n) {
            if (seed >> n & 1 != 0) list[n] = keccak256(abi.encode(seed, n));
        }
        h = height % 5;
        i = index % (16 >> h);
    }

    /// A proof has one length: anything cut, added or marked beyond it is refused.
    function testFuzz_malformedProofsAreRefused(uint256 seed, uint8 height, uint8 index, uint8 bit) public {
        (bytes32[] memory list, uint256 h, uint256 i) = tree(seed, height, index);
        bytes memory proof = Trees.proof(list, h, i, 4);
        bytes32 value = Trees.at(list, h, i);
        refuse(EvidenceTooLong.selector, bytes.concat(proof, hex"00"), value, i, h);
        bytes memory short = new bytes(proof.length - 1);
        for (uint256 n = 0; n < short.length; ++n) {
            short[n] = proof[n];
        }
        refuse(EvidenceTooShort.selector, short, value, i, h);
        uint256 beyond = 4 - h + bit % (60 + h);
        proof[7 - beyond / 8] |= bytes1(uint8(1 << (beyond % 8)));
        refuse(MaskBitsUnused.selector, proof, value, i, h);
    }

    function refuse(bytes4 error, bytes memory proof, bytes32 value, uint256 i, uint256 h) private {
        refused(error, address(this), address(parts), 0, abi.encodeCall(Parts.climb, (proof, value, i, h, 4)));
    }

    // ------------------------------------------------------------------ golden vectors

    function test_commitmentsAreTheVectors() public {
        string memory json = vm.readFile("../spec/vectors/commitments.json");
        bytes32[] memory zero = Merkle.zeros(40);
        for (uint256 h = 0; h <= 40; ++h) {
            equal(zero[h], b32(json, string.concat(".zeros[", vm.toString(h), "]")), "zero subtree");
        }
        for (uint256 i = 0; i < 8; ++i) {
            string memory at = string.concat(".tensors[", vm.toString(i), "]");
            bytes32 root = parts.rootOfBytes(
                vm.parseJsonBytes(json, string.concat(at, ".bytes")),
                vm.parseJsonUint(json, string.concat(at, ".depth"))
            );
            equal(root, b32(json, string.concat(at, ".root")), "tensor");
        }
        bytes32 state = Commitments.state(u8(json, ".state.status"), b32(json, ".state.slotsRoot"));
        equal(state, b32(json, ".state.hash"), "state");
        equal(Commitments.state(Commitments.FAILED, 0), b32(json, ".failed"), "FAILED");
        bytes32 program = Commitments.program(
            b32(json, ".program.codeRoot"), u8(json, ".program.codeDepth"), u8(json, ".program.memDepth")
        );
        equal(program, b32(json, ".program.hash"), "program");
        equal(parts.node(vm.parseJsonBytes(json, ".node.bytes")), b32(json, ".node.hash"), "node");
        equal(keccak256(vm.parseJsonBytes(json, ".machine.bytes")), b32(json, ".machine.hash"), "machine");
        Model memory model = Model({
            graphRoot: b32(json, ".model.graphRoot"),
            graphDepth: u8(json, ".model.graphDepth"),
            nodeCount: u64(json, ".model.nodeCount"),
            loops: u64(json, ".model.loops"),
            initialSlotsRoot: b32(json, ".model.initialSlotsRoot"),
            slotDepth: u8(json, ".model.slotDepth"),
            inputSlot: u32(json, ".model.inputSlot"),
            inputDepth: u8(json, ".model.inputDepth"),
            inputBytes: u64(json, ".model.inputBytes"),
            outputSlot: u32(json, ".model.outputSlot"),
            outputDepth: u8(json, ".model.outputDepth"),
            outputBytes: u32(json, ".model.outputBytes"),
            outputGiven: u8(json, ".model.outputGiven") == 1
        });
        equal(ModelId.unwrap(Commitments.model(model)), b32(json, ".model.hash"), "model");
        checkRequest(json);
        ClaimId claim = Commitments.claim(
            RequestId.wrap(b32(json, ".claim.requestId")),
            u32(json, ".claim.index"),
            vm.parseJsonAddress(json, ".claim.server"),
            b32(json, ".claim.finalState"),
            b32(json, ".claim.outputHash")
        );
        equal(ClaimId.unwrap(claim), b32(json, ".claim.hash"), "claim");
        GameId game = Commitments.game(claim, u32(json, ".game.index"), vm.parseJsonAddress(json, ".game.challenger"));
        equal(GameId.unwrap(game), b32(json, ".game.hash"), "game");
        Position memory position = Position(
            u8(json, ".position.level"),
            u64(json, ".position.first"),
            u64(json, ".position.length"),
            b32(json, ".position.start"),
            b32(json, ".position.context")
        );
        bytes32 listHash = keccak256(vm.parseJsonBytes(json, ".position.list"));
        equal(listHash, b32(json, ".position.listHash"), "list");
        bytes32 hash = Commitments.position(
            game, u32(json, ".position.move"), Side(u8(json, ".position.poster")), position, listHash
        );
        equal(hash, b32(json, ".position.hash"), "position");
    }

    function checkRequest(string memory json) private {
        address hub = vm.parseJsonAddress(json, ".request.hub");
        vm.etch(hub, address(parts).code);
        vm.chainId(vm.parseJsonUint(json, ".request.chainId"));
        RequestId request = Parts(hub)
            .request(
                vm.parseJsonAddress(json, ".request.requester"),
                u64(json, ".request.nonce"),
                ModelId.wrap(b32(json, ".request.modelId")),
                b32(json, ".request.inputRoot"),
                Availability(u8(json, ".request.availability")),
                vm.parseJsonUint(json, ".request.fee"),
                Terms(
                    vm.parseJsonAddress(json, ".request.server"),
                    u64(json, ".request.deadline"),
                    vm.parseJsonAddress(json, ".request.callback"),
                    u32(json, ".request.callbackGas")
                )
            );
        equal(RequestId.unwrap(request), b32(json, ".request.hash"), "request");
    }

    function b32(string memory json, string memory key) private pure returns (bytes32) {
        return vm.parseJsonBytes32(json, key);
    }

    function u8(string memory json, string memory key) private pure returns (uint8) {
        return uint8(vm.parseJsonUint(json, key));
    }

    function u32(string memory json, string memory key) private pure returns (uint32) {
        return uint32(vm.parseJsonUint(json, key));
    }

    function u64(string memory json, string memory key) private pure returns (uint64) {
        return uint64(vm.parseJsonUint(json, key));
    }

    // ------------------------------------------------------------------ graph step

    struct Seg {
        uint8 kind;
        uint8 depth;
        uint64 index;
        bytes32 value;
    }

    /// @dev A node of fixed segments and no outputs as a graph of its own, whose run fails at once: what is left is the
    /// start state, and so the fold.
    function startOf(uint8 memDepth, Seg[] memory segments) private returns (bool ok, bytes memory answer) {
        bytes memory node = nodeOf(memDepth, 1, segments, "");
        return link(node, "", 0, 0);
    }

    function nodeOf(uint8 memDepth, uint8 stepsLog2, Seg[] memory segments, bytes memory outputs)
        private
        pure
        returns (bytes memory node)
    {
        node = abi.encodePacked(
            bytes32(0), uint8(0), memDepth, stepsLog2, uint8(segments.length), uint8(outputs.length / 13)
        );
        for (uint256 i = 0; i < segments.length; ++i) {
            node = bytes.concat(
                node, abi.encodePacked(segments[i].kind, segments[i].depth, segments[i].index, segments[i].value)
            );
        }
        node = bytes.concat(node, outputs);
    }

    /// @dev Links the node as the only one of its graph; the end is a machine that still runs.
    function link(bytes memory node, bytes memory slots, uint8 slotDepth, bytes32 slotsRoot)
        private
        returns (bool, bytes memory)
    {
        bytes memory end = new bytes(296);
        bytes memory witness = bytes.concat(node, bytes8(0), slots, bytes32(0), keccak256(end), end);
        IGraphStep.Place memory place =
            IGraphStep.Place(keccak256(bytes.concat(bytes32("opml/1/node"), node)), 0, slotDepth, 0);
        return send(address(this), address(graphStep), 0, abi.encodeCall(IGraphStep.link, (place, slotsRoot, witness)));
    }

    function fixedAt(uint8 depth, uint64 index) private pure returns (Seg memory) {
        return Seg(0, depth, index, keccak256(abi.encode("segment", depth, index)));
    }

    function foldOf(Seg[] memory segments) private returns (bool ok, bytes32 start) {
        bytes memory answer;
        (ok, answer) = startOf(4, segments);
        if (ok) (,, start,,) = abi.decode(answer, (bytes32, uint8, bytes32, bytes32, bytes));
    }

    /// @dev What the fold must be: the tree with each segment's root put in its place.
    function naive(Seg[] memory segments, uint256 height, uint256 index) private pure returns (bytes32) {
        for (uint256 i = 0; i < segments.length; ++i) {
            if (segments[i].depth == height && segments[i].index == index) return segments[i].value;
        }
        if (height == 0) return 0;
        bytes32 left = naive(segments, height - 1, 2 * index);
        return keccak256(abi.encode(left, naive(segments, height - 1, 2 * index + 1)));
    }

    function testFuzz_foldIsTheNaiveRoot(uint256 seed) public {
        // Random layout: at each place a segment of a random depth that is aligned and fits, or a gap.
        Seg[] memory all = new Seg[](16);
        uint256 count;
        for (uint256 leaf = 0; leaf < 16;) {
            uint256 random = uint256(keccak256(abi.encode(seed, leaf)));
            uint8 depth = uint8(random % 4);
            if (random >> 8 & 3 == 0 || leaf % (1 << depth) != 0) {
                ++leaf;
                continue;
            }
            all[count++] = fixedAt(depth, uint64(leaf >> depth));
            leaf += 1 << depth;
        }
        Seg[] memory segments = new Seg[](count);
        for (uint256 i = 0; i < count; ++i) {
            segments[i] = all[i];
        }
        (bool ok, bytes32 start) = foldOf(segments);
        check(ok, "a sorted, disjoint layout is taken");
        equal(start, keccak256(bytes.concat(naive(segments, 4, 0), new bytes(264))), "start state");
    }

    function test_foldRefusesOverlap() public {
        Seg[] memory two = new Seg[](2);
        (two[0], two[1]) = (fixedAt(1, 1), fixedAt(0, 4));
        (bool ok,) = foldOf(two);
        check(ok, "neighbours are taken");
        (two[0], two[1]) = (fixedAt(1, 1), fixedAt(0, 3));
        refuseFold(two); // the second lies in the first
        (two[0], two[1]) = (fixedAt(0, 3), fixedAt(1, 1));
        refuseFold(two); // the first lies in the second
        (two[0], two[1]) = (fixedAt(0, 2), fixedAt(1, 1));
        refuseFold(two); // same start
        (two[0], two[1]) = (fixedAt(0, 5), fixedAt(0, 2));
        refuseFold(two); // unsorted
        (two[0], two[1]) = (fixedAt(0, 5), fixedAt(0, 5));
        refuseFold(two); // twice
        (two[0], two[1]) = (fixedAt(4, 0), fixedAt(0, 15));
        refuseFold(two); // behind all of memory
    }

    function refuseFold(Seg[] memory segments) private {
        (bool ok, bytes memory answer) = startOf(4, segments);
        check(!ok && bytes4(answer) == SegmentsOverlap.selector, "an overlap is refused");
    }

    function test_nodesKeepTheirBounds() public {
        Seg[] memory none = new Seg[](0);
        refuseNode(nodeOf(33, 1, none, ""));
        refuseNode(nodeOf(4, 0, none, ""));
        refuseNode(nodeOf(4, 41, none, ""));
        refuseNode(nodeOf(4, 1, new Seg[](17), ""));
        refuseNode(nodeOf(4, 1, none, new bytes(13 * 5)));
        bytes memory deepCode = nodeOf(4, 1, none, "");
        deepCode[32] = bytes1(uint8(17));
        refuseNode(deepCode);
        Seg[] memory one = new Seg[](1);
        one[0] = fixedAt(5, 0);
        refuseNode(nodeOf(4, 1, one, ""));
        one[0] = fixedAt(0, 16);
        refuseNode(nodeOf(4, 1, one, ""));
        one[0] = fixedAt(1, 8);
        refuseNode(nodeOf(4, 1, one, ""));
        one[0] = fixedAt(0, 0);
        one[0].kind = 2;
        refuseNode(nodeOf(4, 1, one, ""));
        one[0] = Seg(1, 0, 0, bytes32(uint256(1))); // slotDepth is 0: only slot 0
        refuseNode(nodeOf(4, 1, one, ""));
        refuseNode(nodeOf(4, 1, none, abi.encodePacked(uint8(0), uint64(0), uint32(1))));
        refuseNode(nodeOf(4, 1, none, abi.encodePacked(uint8(0), uint64(16), uint32(0))));
        refuseNode(nodeOf(4, 1, none, abi.encodePacked(uint8(5), uint64(0), uint32(0))));
        (bool ok,) = link(nodeOf(32, 1, none, ""), "", 0, 0);
        check(ok, "the deepest memory is taken");
    }

    function refuseNode(bytes memory node) private {
        (bool ok, bytes memory answer) = link(node, "", 0, 0);
        check(!ok && bytes4(answer) == NodeOutOfBounds.selector, "a node out of bounds is refused");
    }

    // A node with two outputs, both of slots in one tree of two.

    bytes32 private constant OLD0 = keccak256("old 0");
    bytes32 private constant OLD1 = keccak256("old 1");
    bytes32 private constant NEW0 = keccak256("new 0");
    bytes32 private constant NEW1 = keccak256("new 1");

    function pair(bytes32 a, bytes32 b) private pure returns (bytes32) {
        return keccak256(abi.encode(a, b));
    }

    function proofOf(bytes32 sibling) private pure returns (bytes memory) {
        return abi.encodePacked(uint64(1), sibling);
    }

    function twoOutputs(bytes32 sibling, bytes32 old) private pure returns (bytes memory call_) {
        bytes memory node = nodeOf(
            1, 1, new Seg[](0), abi.encodePacked(uint8(0), uint64(0), uint32(0), uint8(0), uint64(1), uint32(1))
        );
        bytes memory end = bytes.concat(pair(NEW0, NEW1), bytes8(0), bytes8(uint64(1) << 63), new bytes(248));
        bytes memory witness = bytes.concat(node, bytes8(0), bytes32(0), keccak256(end), end);
        witness = bytes.concat(witness, NEW0, proofOf(NEW1), OLD0, proofOf(OLD1));
        witness = bytes.concat(witness, NEW1, proofOf(NEW0), old, proofOf(sibling));
        bytes32 leaf = keccak256(bytes.concat(bytes32("opml/1/node"), node));
        IGraphStep.Place memory place = IGraphStep.Place(leaf, 0, 1, 0);
        return abi.encodeCall(IGraphStep.link, (place, pair(OLD0, OLD1), witness));
    }

    function test_secondOutputBuildsOnFirst() public {
        bytes memory answer = must(address(this), address(graphStep), 0, twoOutputs(NEW0, OLD1));
        (,,, bytes32 image,) = abi.decode(answer, (bytes32, uint8, bytes32, bytes32, bytes));
        equal(image, Commitments.state(0, pair(NEW0, NEW1)), "both are written");
        refused(ProofMismatch.selector, address(this), address(graphStep), 0, twoOutputs(OLD0, OLD1));
        refused(ProofMismatch.selector, address(this), address(graphStep), 0, twoOutputs(NEW0, NEW1));
    }

    /// Every byte of a witness changed, one cut off, one added: refused, or the same result.
    function test_malleatedWitnessNeverChangesResult() public {
        bytes memory call_ = twoOutputs(NEW0, OLD1);
        bytes memory right = must(address(this), address(graphStep), 0, call_);
        uint256 at = 4 + 7 * 32; // where the witness begins: four words of place, root, offset, length
        uint256 length = call_.length - at;
        uint256 same;
        for (uint256 i = 0; i < length; ++i) {
            // The first posted state is free: it is a move's content, not part of the witness.
            uint256 state = 37 + 26 + 8;
            if (i >= state && i < state + 32) continue;
            bytes1 before = call_[at + i];
            call_[at + i] = before ^ 0x10;
            (bool ok, bytes memory answer) = send(address(this), address(graphStep), 0, call_);
            if (ok && i < witnessLength()) check(false, "a changed byte is refused");
            if (ok) {
                check(keccak256(answer) == keccak256(right), "the same result");
                ++same;
            }
            call_[at + i] = before;
        }
        check(same < 32, "only padding is free here, and the hub refuses that");

        Toy.Machine memory m;
        m.memory_ = new bytes32[](8);
        m.memory_[1] = bytes32(uint256(7) << 248);
        uint32[] memory code = new uint32[](9);
        code[0] = Toy.ld(5, 32);
        code[8] = Toy.ECALL;
        bytes memory w = Toy.witness(m, code);
        bytes32 root = Trees.at(Toy.codeLeaves(code), 1, 0);
        bytes32 pre = Toy.hash(m);
        bytes32 post = step.step(pre, root, 1, 3, w);
        for (uint256 i = 0; i < w.length; ++i) {
            w[i] ^= 0x10;
            try step.step(pre, root, 1, 3, w) returns (bytes32 other) {
                equal(other, post, "the same poststate");
            } catch {}
            w[i] ^= 0x10;
        }
        (bool longer,) = send(
            address(this), address(step), 0, abi.encodeCall(IStep.step, (pre, root, 1, 3, bytes.concat(w, hex"00")))
        );
        check(!longer, "a byte more is refused");
    }

    function witnessLength() private pure returns (uint256) {
        return 37 + 26 + 8 + 64 + 296 + 4 * (32 + 8 + 32);
    }

    function test_linkConsumesItsWitness() public {
        bytes memory node = nodeOf(4, 1, new Seg[](0), "");
        bytes memory end = new bytes(296);
        bytes memory witness = bytes.concat(node, bytes8(0), bytes32(0), keccak256(end), end);
        bytes32 leaf = keccak256(bytes.concat(bytes32("opml/1/node"), node));
        IGraphStep.Place memory place = IGraphStep.Place(leaf, 0, 0, 0);
        bytes memory longer = bytes.concat(witness, hex"00");
        must(address(this), address(graphStep), 0, abi.encodeCall(IGraphStep.link, (place, 0, witness)));
        refused(
            EvidenceTooLong.selector,
            address(this),
            address(graphStep),
            0,
            abi.encodeCall(IGraphStep.link, (place, 0, longer))
        );
        witness[witness.length - 1] = 0x01;
        refused(
            EndMismatch.selector,
            address(this),
            address(graphStep),
            0,
            abi.encodeCall(IGraphStep.link, (place, 0, witness))
        );
    }
}
