// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IStep} from "../../src/machine/IStep.sol";

/// @title Many steps in one call
/// @notice Lets a test ask for hundreds of steps in one `eth_call`. A question is
///
///   offset   bytes  field
///   0        4      length n of the witness
///   4        32     prestate
///   36       32     codeRoot
///   68       1      codeDepth
///   69       1      memDepth
///   70       n      witness
///
/// and its answer one word: the poststate, or the four bytes of the error's selector, left-aligned, plus 1. (The odd
/// one keeps an error apart from the 0 that a call without any answer leaves.)
contract StepBatch {
    uint256 private constant HEAD = 70;

    function run(IStep step, bytes calldata questions) external view returns (bytes32[] memory answers) {
        uint256 count;
        for (uint256 at = 0; at < questions.length; at += _size(questions, at)) {
            count++;
        }
        answers = new bytes32[](count);
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        uint256 offset;
        for (uint256 i = 0; i < count; i++) {
            uint256 size = _size(questions, offset);
            answers[i] = _ask(step, questions[offset:offset + size]);
            offset += size;
            // SAFETY: nothing that `_ask` allocates is used any more.
            assembly ("memory-safe") {
                mstore(0x40, free)
            }
        }
    }

    function _size(bytes calldata questions, uint256 at) private pure returns (uint256) {
        return HEAD + uint32(bytes4(questions[at:at + 4]));
    }

    function _ask(IStep step, bytes calldata question) private view returns (bytes32) {
        bytes memory call = abi.encodeCall(
            IStep.step,
            (
                bytes32(question[4:36]),
                bytes32(question[36:68]),
                uint8(question[68]),
                uint8(question[69]),
                question[HEAD:]
            )
        );
        (bool done, bytes memory out) = address(step).staticcall{gas: 1_000_000}(call);
        if (!done) return bytes32(uint256(bytes32(bytes4(out))) + 1);
        return out.length == 32 ? abi.decode(out, (bytes32)) : bytes32(0);
    }
}
