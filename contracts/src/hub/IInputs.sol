// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Inputs that do not fit in a transaction
/// @notice Bytes are uploaded in parts, each a whole subtree of the input's tree, and joined by their roots. Everything
///     is known by what it is, root and depth: who uploaded it, when, and how often makes no difference, so nobody can
///     spoil another's input, and a part that two inputs share is uploaded once. A root is *seen at a depth* when the
///     chain has seen all bytes below it that are not zero; its length is what they take up to the last of them.
interface IInputs {
    /// @notice Bytes were uploaded that were not there before.
    event Part(bytes32 indexed root, uint8 depth, bytes data);
    /// @notice Trees of depth `partDepth` were joined to one; `roots` are theirs, packed, from the left.
    event Joined(bytes32 indexed root, uint8 depth, uint8 partDepth, bytes roots);

    /// @notice Uploads at most 32·2^depth bytes, the last of them not zero. What is there already is left as it is.
    /// @return root of the bytes, zero-padded to 32·2^depth
    function put(uint8 depth, bytes calldata data) external returns (bytes32 root);

    /// @notice Joins trees to one of a greater depth, from its left end; what they leave is zero. They have a depth of
    ///     8 at least, that is room for 8 KiB.
    /// @param roots packed; each one seen at `partDepth`, or that of the zero tree, but for the last
    function join(uint8 depth, uint8 partDepth, bytes calldata roots) external returns (bytes32 root);

    /// @notice How many bytes the tree has up to its last that is not zero; 0 if it was not seen at this depth.
    function lengthOf(bytes32 root, uint8 depth) external view returns (uint64);

    /// @notice The block whose event has the bytes or roots below this root; 0 if it was not seen at this depth.
    function blockOf(bytes32 root, uint8 depth) external view returns (uint64);
}
