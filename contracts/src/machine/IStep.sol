// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title One instruction of the machine, checked on chain
/// @notice The witness is packed: the prestate's 296 bytes; then, unless the machine has halted or its pc lies outside
/// the program, the code leaf with its proof; then, for loads and stores only, the memory leaf with its proof. An
/// opened leaf is `leaf 32 | mask u64 | siblings whose mask bit is set, lowest first`; a clear bit stands for the zero
/// subtree. `spec/machine.md` is normative.
interface IStep {
    /// @notice The program's trees are deeper than the machine allows.
    error DepthOutOfRange(uint8 codeDepth, uint8 memDepth);
    /// @notice The witness ends before the part that the instruction needs.
    error WitnessTooShort(uint256 expected, uint256 actual);
    /// @notice The witness goes on behind the last part that the instruction needs.
    error WitnessTooLong(uint256 expected, uint256 actual);
    /// @notice The witness's first 296 bytes are not the prestate.
    error StateMismatch();
    /// @notice A proof's mask has bits beyond its siblings.
    error UnusedMaskBits(uint256 mask);
    /// @notice The code leaf and its proof do not lead to the code root.
    error CodeMismatch();
    /// @notice The memory leaf and its proof do not lead to the prestate's memory root.
    error MemoryMismatch();

    /// @notice Executes the one instruction that follows `prestate`; a halted machine stays as it is.
    /// @param prestate keccak-256 of the machine state's 296 bytes
    /// @param codeRoot root of the program's code tree
    /// @param codeDepth its depth, at most 16
    /// @param memDepth depth of the memory tree, at most 32
    /// @param witness exactly the bytes described above
    /// @return poststate keccak-256 of the machine state after the instruction
    function step(bytes32 prestate, bytes32 codeRoot, uint8 codeDepth, uint8 memDepth, bytes calldata witness)
        external
        pure
        returns (bytes32 poststate);
}
