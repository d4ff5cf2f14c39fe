// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {EndMismatch, ProofMismatch, SegmentsOverlap} from "../lib/Errors.sol";
import {IGraphStep} from "./IGraphStep.sol";
import {Cursor, CursorReads} from "../lib/Calldata.sol";
import {Commitments} from "../lib/Commitments.sol";
import {Merkle} from "../lib/Merkle.sol";
import {Node, NodeDescriptor, Output, Segment} from "../lib/NodeDescriptor.sol";
import {Partition} from "../lib/Partition.sol";

/// @title The link between graph and machine, see `IGraphStep`
/// @notice Pure and stateless: the hub decides what the results mean.
contract GraphStep is IGraphStep {
    /// @notice Bytes of a machine state: memory root 32, pc 8, exit 8, registers 31·8.
    uint256 private constant STATE_BYTES = 296;
    /// @notice A machine state's exit after `ecall` 93 with a0 = 0: the program goes on with the next node.
    uint256 private constant EXIT_GO_ON = 1 << 63;
    /// @notice The same with a0 = 1: the program is done.
    uint256 private constant EXIT_STOP = EXIT_GO_ON + 1;

    /// @inheritdoc IGraphStep
    function link(Place calldata place, bytes32 slotsRoot, bytes calldata witness)
        external
        pure
        returns (bytes32 program, uint8 stepsLog2, bytes32 start, bytes32 image, bytes memory states)
    {
        Cursor memory cursor = CursorReads.over(witness);
        bytes32[] memory zero = Merkle.zeros(NodeDescriptor.MAX_MEM_DEPTH);
        Node memory node = openNode(cursor, place, zero);
        openSlots(cursor, node, slotsRoot, place.slotDepth, zero);

        program = Commitments.program(node.codeRoot, node.codeDepth, node.memDepth);
        stepsLog2 = node.stepsLog2;
        start = startOf(foldMemory(node, zero));

        uint256 count = Partition.parts(1 << stepsLog2);
        states = cursor.bytesOf(32 * count);
        bytes calldata end = cursor.bytesOf(STATE_BYTES);
        bytes32 last;
        // SAFETY: the list has at least two words.
        assembly ("memory-safe") {
            last := mload(add(states, shl(5, count)))
        }
        // INVARIANT: the end that is mapped back is the one that the next moves are about.
        if (last != keccak256(end)) revert EndMismatch(last, keccak256(end));

        image = imageOf(cursor, node, end, slotsRoot, place.slotDepth, zero);
        cursor.requireDone();
    }

    /// @dev The node at its place: its bytes are in the graph, so they are exactly the model's.
    function openNode(Cursor memory cursor, Place calldata place, bytes32[] memory zero)
        private
        pure
        returns (Node memory node)
    {
        Cursor memory from = Cursor(cursor.at, cursor.end);
        node = NodeDescriptor.parse(cursor, place.slotDepth);
        bytes32 hash = Commitments.node(from.bytesOf(cursor.at - from.at));
        requireRoot(place.graphRoot, Merkle.climb(cursor, hash, place.index, 0, place.graphDepth, zero));
    }

    /// @dev Reads the tensors' roots of all slot segments, each proven under the slots root.
    function openSlots(
        Cursor memory cursor,
        Node memory node,
        bytes32 slotsRoot,
        uint256 slotDepth,
        bytes32[] memory zero
    ) private pure {
        for (uint256 i = 0; i < node.segments.length; ++i) {
            Segment memory segment = node.segments[i];
            if (!segment.isSlot) continue;
            segment.root = cursor.word();
            requireRoot(slotsRoot, Merkle.climb(cursor, segment.root, segment.slot, 0, slotDepth, zero));
        }
    }

    /// @dev The machine state before the first instruction: pc, exit and registers are 0.
    function startOf(bytes32 memRoot) private pure returns (bytes32) {
        bytes memory state = new bytes(STATE_BYTES);
        // SAFETY: writes the first of the allocated bytes.
        assembly ("memory-safe") {
            mstore(add(state, 32), memRoot)
        }
        return keccak256(state);
    }

    /// @dev The graph state after the node: its outputs written one after the other, or FAILED.
    function imageOf(
        Cursor memory cursor,
        Node memory node,
        bytes calldata end,
        bytes32 slotsRoot,
        uint256 slotDepth,
        bytes32[] memory zero
    ) private pure returns (bytes32) {
        uint256 exit = uint64(bytes8(end[40:48]));
        // INVARIANT: any other exit, a machine that still runs among them, is the failed state; nothing is written.
        if (exit != EXIT_GO_ON && exit != EXIT_STOP) return Commitments.state(Commitments.FAILED, 0);
        bytes32 memRoot = bytes32(end[:32]);
        for (uint256 i = 0; i < node.outputs.length; ++i) {
            Output memory output = node.outputs[i];
            bytes32 tensor = cursor.word();
            requireRoot(memRoot, Merkle.climb(cursor, tensor, output.index, output.depth, node.memDepth, zero));
            bytes32 old = cursor.word();
            (bytes32 before, bytes32 written) = Merkle.climbTwice(cursor, old, tensor, output.slot, 0, slotDepth, zero);
            // INVARIANT: the proof is under the current root, which holds the outputs before this one.
            requireRoot(slotsRoot, before);
            slotsRoot = written;
        }
        return Commitments.state(exit == EXIT_STOP ? Commitments.DONE : Commitments.RUNNING, slotsRoot);
    }

    // ------------------------------------------------------------------ fold

    /// @dev What `fold` carries along.
    struct Fold {
        Segment[] segments;
        uint256 next;
        bytes32[] zero;
    }

    /// @dev The root of the memory that holds the segments, and zeros elsewhere.
    function foldMemory(Node memory node, bytes32[] memory zero) private pure returns (bytes32 root) {
        Fold memory walk = Fold(node.segments, 0, zero);
        root = fold(walk, node.memDepth, 0);
        // INVARIANT: every segment has found its place.
        if (walk.next != node.segments.length) revert SegmentsOverlap();
    }

    /// @dev The root of the subtree `index` of this height; follows `spec/protocol.md` §1 word by word.
    function fold(Fold memory walk, uint256 height, uint256 index) private pure returns (bytes32) {
        if (walk.next == walk.segments.length) return walk.zero[height];
        Segment memory segment = walk.segments[walk.next];
        if (segment.index << segment.depth >= (index + 1) << height) return walk.zero[height];
        if (segment.depth == height && segment.index == index) {
            ++walk.next;
            return segment.root;
        }
        // INVARIANT: a segment that starts in this subtree fits into it; overlapping or unsorted ones end here.
        if (height == 0) revert SegmentsOverlap();
        bytes32 left = fold(walk, height - 1, 2 * index);
        return Merkle.node(left, fold(walk, height - 1, 2 * index + 1));
    }

    function requireRoot(bytes32 expected, bytes32 actual) private pure {
        // INVARIANT: a witness speaks about the committed tree and no other.
        if (expected != actual) revert ProofMismatch(expected, actual);
    }
}
