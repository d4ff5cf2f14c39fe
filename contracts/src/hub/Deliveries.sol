// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    AlreadyDelivered,
    ClaimNotLive,
    DeliveryFailed,
    DeliveryStarved,
    NoCallback,
    OutputMismatch,
    RequestNotFinal,
    RequestNotOpen
} from "../lib/Errors.sol";
import {IHub} from "./IHub.sol";
import {IModelRegistry} from "../model/IModelRegistry.sol";
import {IResultReceiver} from "./IResultReceiver.sol";
import {IRootReceiver} from "./IRootReceiver.sol";
import {
    Availability,
    Claim,
    ClaimId,
    ClaimStatus,
    MAX_EMITTED_OUTPUT,
    Request,
    RequestId,
    RequestStatus
} from "../lib/Types.sol";
import {Calldata} from "../lib/Calldata.sol";
import {Commitments} from "../lib/Commitments.sol";

/// @title Brings results to the requesters' contracts
/// @notice Anybody may deliver; each delivery succeeds once. It stands apart from the hub, which calls no foreign code:
/// there is nothing here to take, and nothing that a settlement waits for.
contract Deliveries {
    /// @notice A result reached the requester's contract.
    event Delivered(RequestId indexed requestId, ClaimId indexed claimId, bool isFinal);

    /// @notice Gas that a delivery keeps for itself: the call's own price, and what follows it.
    uint256 private constant DELIVERY_RESERVE = 20_000;

    /// @notice The hub whose results these are.
    IHub public immutable hub;
    /// @notice Whether the claim was delivered while its request was open.
    mapping(ClaimId => bool) public provisionalDelivered;
    /// @notice Whether the request's final result was delivered.
    mapping(RequestId => bool) public finalDelivered;

    IModelRegistry private immutable registry;

    constructor(IHub hub_, address registry_) {
        hub = hub_;
        registry = IModelRegistry(registry_);
    }

    /// @notice Calls the requester's contract with a live claim's output, once. If the model's output has more than
    /// 24,576 bytes, `output` is its root, as in the claim, and the contract is called as an `IRootReceiver`.
    function deliverProvisional(ClaimId claimId, bytes calldata output) external {
        Calldata.requireCanonical(2, output);
        Claim memory c = hub.getClaim(claimId);
        if (c.status != ClaimStatus.Live) revert ClaimNotLive(c.status);
        Request memory r = hub.getRequest(c.requestId);
        if (r.status != RequestStatus.Open) revert RequestNotOpen(r.status);
        if (provisionalDelivered[claimId]) revert AlreadyDelivered();
        provisionalDelivered[claimId] = true;
        deliver(false, claimId, c, r, output);
    }

    /// @notice Calls the requester's contract with the final output, or its root, once.
    function deliverFinal(RequestId requestId, bytes calldata output) external {
        Calldata.requireCanonical(2, output);
        Request memory r = hub.getRequest(requestId);
        if (r.status != RequestStatus.Final) revert RequestNotFinal(r.status);
        if (finalDelivered[requestId]) revert AlreadyDelivered();
        finalDelivered[requestId] = true;
        deliver(true, r.finalClaim, hub.getClaim(r.finalClaim), r, output);
    }

    /// @dev The flag is set before the call, so the callback cannot be delivered to twice by calling back; a failure
    /// reverts everything, the flag among it.
    function deliver(bool isFinal, ClaimId claimId, Claim memory c, Request memory r, bytes calldata output)
        private
    {
        address callback = r.callback;
        if (callback == address(0)) revert NoCallback();
        ClaimId actual = Commitments.claim(c.requestId, c.index, c.server, c.finalState, keccak256(output));
        // INVARIANT: what is delivered is what was claimed.
        if (!(actual == claimId)) revert OutputMismatch(ClaimId.unwrap(claimId), ClaimId.unwrap(actual));

        bool referenced = r.availability == Availability.Referenced;
        bytes memory data;
        // INVARIANT: the model alone decides whether 32 bytes are an output or a root.
        if (registry.get(r.modelId).outputBytes > MAX_EMITTED_OUTPUT) {
            bytes4 selector = isFinal ? IRootReceiver.onFinalRoot.selector : IRootReceiver.onProvisionalRoot.selector;
            // Of a failed run there is no output: its root is 0.
            data = abi.encodeWithSelector(
                selector, c.requestId, claimId, c.resultStatus, referenced, bytes32(output)
            );
        } else {
            bytes4 selector = isFinal ? IResultReceiver.onFinal.selector : IResultReceiver.onProvisional.selector;
            data = abi.encodeWithSelector(selector, c.requestId, claimId, c.resultStatus, referenced, output);
        }
        uint256 gasForCallback = r.callbackGas;
        emit Delivered(c.requestId, claimId, isFinal);
        uint256 available = gasleft() / 64 * 63;
        // INVARIANT: a call passes on at most 63/64 of the gas, so a caller who sends too little is refused, instead of
        // the callback failing for want of gas.
        if (available < gasForCallback + DELIVERY_RESERVE) {
            revert DeliveryStarved(available, gasForCallback + DELIVERY_RESERVE);
        }
        bool ok;
        // SAFETY: reads the encoded call only; no returned bytes are copied.
        assembly ("memory-safe") {
            ok := call(gasForCallback, callback, 0, add(data, 32), mload(data), 0, 0)
        }
        if (!ok) revert DeliveryFailed();
    }
}
