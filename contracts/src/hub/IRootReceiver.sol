// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ClaimId, RequestId} from "../lib/Types.sol";

/// @title What a requester's contract implements to be told results of more than 24,576 bytes
/// @notice Like `IResultReceiver`, but with the output's root: of its bytes, zero-padded to the model's output depth.
/// Whoever hands the contract the bytes, or a part of them with a proof, can be held to it.
interface IRootReceiver {
    /// @notice A claim was made; it may be refuted or superseded yet.
    /// @param resultStatus 0: the program ran to its end, 1: it stopped, 2: it failed and `outputRoot` is 0
    function onProvisionalRoot(
        RequestId requestId,
        ClaimId claimId,
        uint8 resultStatus,
        bool referenced,
        bytes32 outputRoot
    ) external;

    /// @notice The request's result is final.
    /// @param resultStatus 0: the program ran to its end, 1: it stopped, 2: it failed and `outputRoot` is 0
    function onFinalRoot(
        RequestId requestId,
        ClaimId claimId,
        uint8 resultStatus,
        bool referenced,
        bytes32 outputRoot
    ) external;
}
