// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {MaskBitsUnused} from "./Errors.sol";
import {Cursor} from "./Calldata.sol";

/// @title Binary keccak trees of fixed depth over 32-byte leaves
/// @notice `Z[0] = 0`, `Z[h+1] = H(Z[h] | Z[h])`. A proof starts at any height; a clear bit of its mask means that the
/// sibling is the zero subtree of its height (`spec/protocol.md` §1).
library Merkle {
    /// @notice H(left | right).
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 parent) {
        // SAFETY: uses only the scratch space.
        assembly ("memory-safe") {
            mstore(0, left)
            mstore(32, right)
            parent := keccak256(0, 64)
        }
    }

    /// @notice The zero subtrees Z[0] .. Z[depth].
    function zeros(uint256 depth) internal pure returns (bytes32[] memory table) {
        table = new bytes32[](depth + 1);
        for (uint256 h = 0; h < depth; ++h) {
            table[h + 1] = node(table[h], table[h]);
        }
    }

    /// @notice Reads the proof at the cursor for node `index` of height `height` in a tree of depth `top`.
    /// @return root of the tree that holds `value` there
    function climb(
        Cursor memory proof,
        bytes32 value,
        uint256 index,
        uint256 height,
        uint256 top,
        bytes32[] memory zero
    ) internal pure returns (bytes32 root) {
        (root,) = climbTwice(proof, value, value, index, height, top, zero);
    }

    /// @notice Like `climb`, for two values of the same node: the tree before and after a write.
    function climbTwice(
        Cursor memory proof,
        bytes32 before,
        bytes32 afterwards,
        uint256 index,
        uint256 height,
        uint256 top,
        bytes32[] memory zero
    ) internal pure returns (bytes32 rootBefore, bytes32 rootAfterwards) {
        uint256 mask = proof.number(8);
        // INVARIANT: every set bit belongs to a sibling, so a proof has exactly its depth.
        if (mask >> (top - height) != 0) revert MaskBitsUnused(mask, top - height);
        rootBefore = before;
        rootAfterwards = afterwards;
        for (uint256 h = height; h < top; ++h) {
            bytes32 sibling = mask & 1 == 0 ? zero[h] : proof.word();
            if (index & 1 == 0) {
                rootBefore = node(rootBefore, sibling);
                rootAfterwards = node(rootAfterwards, sibling);
            } else {
                rootBefore = node(sibling, rootBefore);
                rootAfterwards = node(sibling, rootAfterwards);
            }
            mask >>= 1;
            index >>= 1;
        }
    }

    /// @notice The root of a tensor: of its bytes, zero-padded to 32·2^depth. There must be no more bytes than that.
    function rootOfBytes(bytes calldata data, uint256 depth) internal pure returns (bytes32 root) {
        // SAFETY: works behind the free memory pointer without moving it: the leaves, and at most one word more, lie
        // beyond everything allocated, and are dead when the block ends. Level by level, node i of the next level
        // overwrites word i, whose reader (node i / 2) has already run.
        assembly ("memory-safe") {
            let base := mload(0x40)
            let count := shr(5, add(data.length, 31))
            mstore(add(base, and(data.length, not(31))), 0)
            calldatacopy(base, data.offset, data.length)
            let zero := 0
            for { let h := 0 } lt(h, depth) { h := add(h, 1) } {
                if and(count, 1) {
                    mstore(add(base, shl(5, count)), zero)
                    count := add(count, 1)
                }
                count := shr(1, count)
                for { let i := 0 } lt(i, count) { i := add(i, 1) } {
                    mstore(add(base, shl(5, i)), keccak256(add(base, shl(6, i)), 64))
                }
                mstore(0, zero)
                mstore(32, zero)
                zero := keccak256(0, 64)
            }
            root := zero
            if count { root := mload(base) }
        }
    }
}
