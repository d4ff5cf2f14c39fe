// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {BufferTooLong, InputNotSeen, PartsDoNotFit, TrailingZero} from "../lib/Errors.sol";
import {IInputs} from "./IInputs.sol";
import {Calldata} from "../lib/Calldata.sol";
import {Merkle} from "../lib/Merkle.sol";

/// @title Inputs that do not fit in a transaction, see `IInputs`
/// @notice It holds no money, has no owner, and only ever adds: what is true of a root stays true.
contract Inputs is IInputs {
    uint256 private constant MAX_DEPTH = 32;
    uint256 private constant MIN_PART_DEPTH = 8;

    /// | bits    | field                                     |
    /// |---------|-------------------------------------------|
    /// | 0..63   | block, whose event tells what is below it |
    /// | 64..127 | length                                    |
    struct Seen {
        uint64 blockNumber;
        uint64 length;
    }

    /// @dev By root and depth: a leaf's word may look like a root, but never is one of its own depth.
    mapping(bytes32 root => mapping(uint256 depth => Seen)) private trees;

    /// @inheritdoc IInputs
    function put(uint8 depth, bytes calldata data) external returns (bytes32 root) {
        Calldata.requireCanonical(2, data);
        if (depth > MAX_DEPTH || data.length == 0) revert PartsDoNotFit();
        uint256 limit = uint256(32) << depth;
        if (data.length > limit) revert BufferTooLong(limit, data.length);
        // INVARIANT: a content has one length.
        if (data[data.length - 1] == 0) revert TrailingZero();
        root = Merkle.rootOfBytes(data, depth);
        if (isNew(root, depth, data.length)) emit Part(root, depth, data);
    }

    /// @inheritdoc IInputs
    function join(uint8 depth, uint8 partDepth, bytes calldata roots) external returns (bytes32 root) {
        Calldata.requireCanonical(3, roots);
        uint256 count = roots.length / 32;
        // INVARIANT: an input has few parts, so that nobody can make reading another's a long search, by uploading it
        // word for word before him.
        if (
            depth > MAX_DEPTH || partDepth >= depth || partDepth < MIN_PART_DEPTH || count == 0
                || roots.length % 32 != 0 || count > uint256(1) << (depth - partDepth)
        ) revert PartsDoNotFit();
        bytes32 zero = Merkle.zeros(partDepth)[partDepth];
        bytes32[] memory level = new bytes32[](count);
        uint256 length;
        for (uint256 i = 0; i < count; ++i) {
            bytes32 part = bytes32(roots[32 * i:32 * i + 32]);
            level[i] = part;
            length = trees[part][partDepth].length;
            // INVARIANT: every byte below the new root was seen, or is zero; and its last part has its last byte.
            if (length == 0 && (part != zero || i == count - 1)) revert InputNotSeen(part, partDepth);
        }
        length += (count - 1) * (uint256(32) << partDepth);
        for (uint256 h = partDepth; h < depth; ++h) {
            uint256 parents = (count + 1) / 2;
            for (uint256 i = 0; i < parents; ++i) {
                level[i] = Merkle.node(level[2 * i], 2 * i + 1 < count ? level[2 * i + 1] : zero);
            }
            zero = Merkle.node(zero, zero);
            count = parents;
        }
        root = level[0];
        if (isNew(root, depth, length)) emit Joined(root, depth, partDepth, roots);
    }

    /// @dev Notes a root; false if it was there.
    function isNew(bytes32 root, uint256 depth, uint256 length) private returns (bool) {
        Seen storage seen = trees[root][depth];
        if (seen.length != 0) return false;
        // SAFETY of the casts: a length is at most 2^37, and there are not 2^64 blocks.
        seen.blockNumber = uint64(block.number);
        seen.length = uint64(length);
        return true;
    }

    /// @inheritdoc IInputs
    function lengthOf(bytes32 root, uint8 depth) external view returns (uint64) {
        return trees[root][depth].length;
    }

    /// @inheritdoc IInputs
    function blockOf(bytes32 root, uint8 depth) external view returns (uint64) {
        return trees[root][depth].blockNumber;
    }
}
