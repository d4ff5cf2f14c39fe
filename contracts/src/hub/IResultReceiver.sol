// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ClaimId, RequestId} from "../lib/Types.sol";

/// @title What a requester's contract implements to be told results
/// @notice Implementations must check that the caller is the `deliveries` of the hub they trust. An output comes
/// without its trailing zeros: what the model gives has as many zero bytes behind it as it is shorter. A provisional
/// result may still be refuted: only the final one may move value. `referenced` warns that the hub never saw the
/// input's bytes, so no theorem of `spec/protocol.md` §6 covers the result.
interface IResultReceiver {
    /// @notice A claim was made; it may be refuted or superseded yet.
    /// @param resultStatus 0: the program ran to its end, 1: it stopped, 2: it failed and `output` is empty
    function onProvisional(
        RequestId requestId,
        ClaimId claimId,
        uint8 resultStatus,
        bool referenced,
        bytes calldata output
    ) external;

    /// @notice The request's result is final.
    /// @param resultStatus 0: the program ran to its end, 1: it stopped, 2: it failed and `output` is empty
    function onFinal(RequestId requestId, ClaimId claimId, uint8 resultStatus, bool referenced, bytes calldata output)
        external;
}
