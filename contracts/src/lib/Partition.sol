// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title How a list cuts an interval
/// @notice A length of ℓ steps has k = min(16, ℓ) parts with bounds b_j = ⌊j·ℓ/k⌋. Lengths are at most 2^40.
library Partition {
    uint256 internal constant ARITY = 16;

    /// @notice The number of parts.
    function parts(uint256 length) internal pure returns (uint256) {
        return length < ARITY ? length : ARITY;
    }

    /// @notice Where part `j` starts, counted from the start of the interval; `j = parts(length)` gives its end.
    function bound(uint256 length, uint256 j) internal pure returns (uint256) {
        return j * length / parts(length);
    }
}
