// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {CalldataNotCanonical, EvidenceTooLong, EvidenceTooShort, UriTooLong} from "./Errors.sol";

/// @title Calldata has one form
/// @notice Solidity's decoder accepts bytes behind the arguments, gaps between them and dirty padding. The entry points
/// accept none of it, so a call means exactly its bytes. Every entry point has at most one dynamic argument, its last.
library Calldata {
    /// @notice The longest place to find something, in bytes.
    uint256 private constant MAX_URI_BYTES = 256;

    /// @notice Reverts unless the bytes may be a place to find something.
    function requireUri(bytes calldata uri) internal pure {
        // INVARIANT: what is only emitted is bounded, so that a block's events stay readable.
        if (uri.length > MAX_URI_BYTES) revert UriTooLong(MAX_URI_BYTES, uri.length);
    }

    /// @notice Reverts unless the call consists of the selector and so many static words.
    function requireStatic(uint256 words) internal pure {
        // INVARIANT: nothing follows the last argument.
        if (msg.data.length != 4 + 32 * words) revert CalldataNotCanonical();
    }

    /// @notice Reverts unless the call consists of the selector, so many words of head (the offset of `last` being one
    /// of them), and `last` with zero padding.
    function requireCanonical(uint256 headWords, bytes calldata last) internal pure {
        uint256 from;
        // SAFETY: reads a stack variable only.
        assembly ("memory-safe") {
            from := last.offset
        }
        uint256 padding = (32 - last.length % 32) % 32;
        // INVARIANT: the bytes start right behind the head and end, padded, with the call.
        if (from != 4 + 32 * headWords + 32 || from + last.length + padding != msg.data.length) {
            revert CalldataNotCanonical();
        }
        uint256 slack;
        // SAFETY: reads calldata; behind its end there are zeros.
        assembly ("memory-safe") {
            slack := calldataload(add(from, last.length))
        }
        // INVARIANT: the padding is zero. (Shifting by 256 gives 0: no padding, nothing to check.)
        if (slack >> (256 - 8 * padding) != 0) revert CalldataNotCanonical();
    }
}

/// @notice A place in calldata and the end up to which may be read, both absolute.
struct Cursor {
    uint256 at;
    uint256 end;
}

using CursorReads for Cursor global;

/// @title Strict reading of packed bytes
/// @notice Every read checks that its bytes are there; `requireDone` checks that none are left.
library CursorReads {
    /// @notice A cursor at the first byte of `data`.
    function over(bytes calldata data) internal pure returns (Cursor memory cursor) {
        uint256 from;
        // SAFETY: reads a stack variable only.
        assembly ("memory-safe") {
            from := data.offset
        }
        cursor.at = from;
        cursor.end = from + data.length;
    }

    /// @notice Passes over so many bytes, and returns where they start.
    function take(Cursor memory self, uint256 length) internal pure returns (uint256 from) {
        from = self.at;
        // INVARIANT: no part reaches behind the evidence.
        if (length > self.end - from) revert EvidenceTooShort(length - (self.end - from));
        // SAFETY: the sum is at most `end`.
        unchecked {
            self.at = from + length;
        }
    }

    /// @notice Reads 32 bytes.
    function word(Cursor memory self) internal pure returns (bytes32 value) {
        uint256 from = self.take(32);
        // SAFETY: `take` has checked the range.
        assembly ("memory-safe") {
            value := calldataload(from)
        }
    }

    /// @notice Reads a big-endian number of at most 32 bytes.
    function number(Cursor memory self, uint256 size) internal pure returns (uint256 value) {
        uint256 from = self.take(size);
        // SAFETY: `take` has checked the range; the bits behind it are shifted out.
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, size)), calldataload(from))
        }
    }

    /// @notice keccak-256 of the next bytes, which it passes over.
    function hash(Cursor memory self, uint256 length) internal pure returns (bytes32) {
        return keccak256(self.bytesOf(length));
    }

    /// @notice The next bytes, which it passes over.
    function bytesOf(Cursor memory self, uint256 length) internal pure returns (bytes calldata data) {
        uint256 from = self.take(length);
        // SAFETY: `take` has checked the range.
        assembly ("memory-safe") {
            data.offset := from
            data.length := length
        }
    }

    /// @notice All bytes that are left, which it passes over.
    function rest(Cursor memory self) internal pure returns (bytes calldata data) {
        return self.bytesOf(self.end - self.at);
    }

    /// @notice Reverts unless every byte has been read.
    function requireDone(Cursor memory self) internal pure {
        // INVARIANT: all evidence is consumed.
        if (self.at != self.end) revert EvidenceTooLong(self.end - self.at);
    }
}
