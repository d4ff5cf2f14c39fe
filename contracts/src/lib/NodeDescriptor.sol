// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NodeOutOfBounds} from "./Errors.sol";
import {Cursor} from "./Calldata.sol";

/// @notice A part of a node's initial memory: the subtree of `depth` number `index`, whose root is `root`.
struct Segment {
    uint256 depth;
    uint256 index;
    /// the subtree's root; of a slot segment, once its slot has been opened
    bytes32 root;
    bool isSlot;
    uint256 slot;
}

/// @notice A part of a node's final memory that becomes a slot's tensor.
struct Output {
    uint256 depth;
    uint256 index;
    uint256 slot;
}

/// @notice A parsed node.
struct Node {
    bytes32 codeRoot;
    uint8 codeDepth;
    uint8 memDepth;
    uint8 stepsLog2;
    Segment[] segments;
    Output[] outputs;
}

/// @title Parsing of nodes
/// @notice The bytes of a node without its tag, big-endian:
///
/// | offset  | width | field     | bounds                                        |
/// |---------|-------|-----------|-----------------------------------------------|
/// | 0       | 32    | codeRoot  |                                               |
/// | 32      | 1     | codeDepth | ≤ 16                                          |
/// | 33      | 1     | memDepth  | ≤ 32                                          |
/// | 34      | 1     | stepsLog2 | 1 .. 40                                       |
/// | 35      | 1     | segments  | ≤ 16                                          |
/// | 36      | 1     | outputs   | ≤ 4                                           |
/// | then    | 1     | kind      | segment: 0 fixed, 1 slot                      |
/// |         | 1     | depth     | ≤ memDepth                                    |
/// |         | 8     | index     | < 2^(memDepth - depth)                        |
/// |         | 32    | value     | root, or number of the slot < 2^slotDepth     |
/// | then    | 1     | depth     | output: ≤ memDepth                            |
/// |         | 8     | index     | < 2^(memDepth - depth)                        |
/// |         | 4     | slot      | < 2^slotDepth                                 |
library NodeDescriptor {
    uint256 internal constant MAX_CODE_DEPTH = 16;
    uint256 internal constant MAX_MEM_DEPTH = 32;
    uint256 internal constant MAX_STEPS_LOG2 = 40;
    uint256 internal constant MAX_SEGMENTS = 16;
    uint256 internal constant MAX_OUTPUTS = 4;

    /// @notice Reads a node at the cursor; its slots must lie in a tree of depth `slotDepth`.
    function parse(Cursor memory data, uint256 slotDepth) internal pure returns (Node memory node) {
        node.codeRoot = data.word();
        node.codeDepth = uint8(data.number(1));
        node.memDepth = uint8(data.number(1));
        node.stepsLog2 = uint8(data.number(1));
        uint256 segments = data.number(1);
        uint256 outputs = data.number(1);
        // INVARIANT: the bounds of §1; only ill-formed models reach this, and the next, reverts.
        if (
            node.codeDepth > MAX_CODE_DEPTH || node.memDepth > MAX_MEM_DEPTH || node.stepsLog2 == 0
                || node.stepsLog2 > MAX_STEPS_LOG2 || segments > MAX_SEGMENTS || outputs > MAX_OUTPUTS
        ) revert NodeOutOfBounds();

        node.segments = new Segment[](segments);
        for (uint256 i = 0; i < segments; ++i) {
            Segment memory segment = node.segments[i];
            uint256 kind = data.number(1);
            (segment.depth, segment.index) = range(data, node.memDepth);
            bytes32 value = data.word();
            segment.isSlot = kind == 1;
            if (segment.isSlot) {
                segment.slot = uint256(value);
            } else {
                segment.root = value;
            }
            // INVARIANT: there are two kinds, and a slot lies in the tree of slots.
            if (kind > 1 || segment.slot >> slotDepth != 0) revert NodeOutOfBounds();
        }

        node.outputs = new Output[](outputs);
        for (uint256 i = 0; i < outputs; ++i) {
            Output memory output = node.outputs[i];
            (output.depth, output.index) = range(data, node.memDepth);
            output.slot = data.number(4);
            // INVARIANT: a slot lies in the tree of slots.
            if (output.slot >> slotDepth != 0) revert NodeOutOfBounds();
        }
    }

    function range(Cursor memory data, uint256 memDepth) private pure returns (uint256 depth, uint256 index) {
        depth = data.number(1);
        index = data.number(8);
        // INVARIANT: the subtree lies in memory.
        if (depth > memDepth || index >> (memDepth - depth) != 0) revert NodeOutOfBounds();
    }
}
