// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The link between two levels: one node of the graph as a program run
/// @notice Derives from a graph state where the run of one node starts, and maps the run's posted end back to the graph
/// state after the node. `spec/protocol.md` §1 and §4. The witness is packed, in this order:
///
/// | part                                  | bytes                                                        |
/// |---------------------------------------|--------------------------------------------------------------|
/// | node, without its tag                 | 37 + 42 per segment + 13 per output                          |
/// | its proof under graphRoot             | mask 8, siblings                                             |
/// | per slot segment, in the node's order | tensor root 32, its proof under slotsRoot (mask 8, siblings) |
/// | states                                | 32 each, min(16, 2^stepsLog2) of them                        |
/// | end: the machine state after the run  | 296                                                          |
/// | per output, unless the run failed     | tensor root 32, its proof under the end's memory root,       |
/// |                                       | old tensor root 32, its proof under the current slots root   |
interface IGraphStep {
    /// @notice Where a node lies.
    /// @param graphRoot root of the model's node hashes
    /// @param graphDepth depth of that tree
    /// @param slotDepth depth of the tree of slots
    /// @param index of the node
    struct Place {
        bytes32 graphRoot;
        uint8 graphDepth;
        uint8 slotDepth;
        uint64 index;
    }

    /// @notice Links one step of level 0 to a trace of level 1; reverts on a witness that does not fit.
    /// @param place where the node lies
    /// @param slotsRoot root of the slots before the step
    /// @param witness exactly the bytes described above
    /// @return program commitment of the node's program, the context of level 1
    /// @return stepsLog2 logarithm of the length of level 1
    /// @return start machine state before the run
    /// @return image graph state to which the posted end maps
    /// @return states the posted states, packed
    function link(Place calldata place, bytes32 slotsRoot, bytes calldata witness)
        external
        pure
        returns (bytes32 program, uint8 stepsLog2, bytes32 start, bytes32 image, bytes memory states);
}
