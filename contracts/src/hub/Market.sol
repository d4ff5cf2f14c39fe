// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    AlreadyDelivered,
    BondTooSmall,
    ClaimNotLive,
    ClaimsAreLive,
    DeadlineNotPassed,
    DeadlinePassed,
    DeliveryFailed,
    DeliveryStarved,
    FeeTooLarge,
    GamesAreOpen,
    InputLengthWrong,
    ModelUnknown,
    NoCallback,
    NotAContract,
    NotTheNamedServer,
    OutputMismatch,
    ParametersUnsound,
    ProofMismatch,
    RequestNotFinal,
    RequestNotOpen,
    ResultStatusInvalid,
    WindowOpen
} from "../lib/Errors.sol";
import {IHub} from "./IHub.sol";
import {IModelRegistry} from "../model/IModelRegistry.sol";
import {IResultReceiver} from "./IResultReceiver.sol";
import {Ledger} from "./Ledger.sol";
import {
    Availability,
    Claim,
    ClaimId,
    ClaimStatus,
    Model,
    ModelId,
    Parameters,
    Request,
    RequestId,
    RequestStatus,
    Terms
} from "../lib/Types.sol";
import {Calldata, Cursor, CursorReads} from "../lib/Calldata.sol";
import {Commitments} from "../lib/Commitments.sol";
import {Merkle} from "../lib/Merkle.sol";

/// @title Requests, claims, their settlement and the deliveries
/// @notice `spec/protocol.md` §2 and §5. No function here calls foreign code, but the deliveries, whose last act it is.
abstract contract Market is Ledger {
    /// @notice Shares are parts of this.
    uint256 internal constant WHOLE = 10_000;
    /// @notice Gas that a delivery keeps for itself: the call's own price, and what follows it.
    uint256 private constant DELIVERY_RESERVE = 20_000;

    /// @inheritdoc IHub
    uint64 public immutable window;
    /// @inheritdoc IHub
    uint96 public immutable claimBond;
    /// @inheritdoc IHub
    uint16 public immutable challengerShare;
    /// @inheritdoc IHub
    uint16 public immutable requesterShare;
    /// @inheritdoc IHub
    address public immutable registry;

    mapping(RequestId => Request) internal requests;
    mapping(ClaimId => Claim) internal claims;
    mapping(address => uint64) private nonces;

    constructor(address registry_, Parameters memory p) {
        // INVARIANT: at least half of a dead claim's bond burns, since server, challenger and requester may be one
        // person; a liar locks at least four times what challenging him locks; there is time to challenge.
        if (
            p.window == 0 || p.window > type(uint32).max || p.challengeBond == 0
                || p.claimBond < 4 * uint256(p.challengeBond)
                || uint256(p.challengerShare) + p.requesterShare > WHOLE / 2
        ) revert ParametersUnsound();
        requireContract(registry_);
        window = p.window;
        claimBond = p.claimBond;
        challengerShare = p.challengerShare;
        requesterShare = p.requesterShare;
        registry = registry_;
    }

    // ------------------------------------------------------------------ requests

    /// @inheritdoc IHub
    function request(ModelId modelId, Terms calldata terms, bytes calldata input)
        external
        payable
        returns (RequestId requestId)
    {
        Calldata.requireCanonical(6, input);
        Model memory model = modelOf(modelId);
        // INVARIANT: an input has one length, so a shorter one and its zero-padded form are not both right.
        if (input.length != model.inputBytes) revert InputLengthWrong(model.inputBytes, input.length);
        bytes32 inputRoot = Merkle.rootOfBytes(input, model.inputDepth);
        return open(modelId, terms, inputRoot, Availability.Emitted, input);
    }

    /// @inheritdoc IHub
    function requestReferenced(ModelId modelId, Terms calldata terms, bytes32 inputRoot, bytes calldata uri)
        external
        payable
        returns (RequestId requestId)
    {
        Calldata.requireCanonical(7, uri);
        if (!IModelRegistry(registry).isRegistered(modelId)) revert ModelUnknown();
        return open(modelId, terms, inputRoot, Availability.Referenced, uri);
    }

    function open(
        ModelId modelId,
        Terms calldata terms,
        bytes32 inputRoot,
        Availability availability,
        bytes calldata data
    ) private returns (RequestId requestId) {
        if (terms.deadline < block.timestamp) revert DeadlinePassed(terms.deadline);
        if (msg.value > type(uint96).max) revert FeeTooLarge();
        uint64 number = nonces[msg.sender]++;
        requestId = Commitments.request(msg.sender, number, modelId, inputRoot, availability, msg.value, terms);

        Request storage r = requests[requestId];
        r.requester = msg.sender;
        r.status = RequestStatus.Open;
        r.availability = availability;
        r.server = terms.server;
        r.deadline = terms.deadline;
        r.callbackGas = terms.callbackGas;
        r.callback = terms.callback;
        r.fee = uint96(msg.value);
        r.modelId = modelId;
        r.inputRoot = inputRoot;
        emit Requested(requestId, msg.sender, modelId, number, inputRoot, availability, terms, msg.value, data);
    }

    /// @inheritdoc IHub
    function expire(RequestId requestId) external {
        Calldata.requireStatic(1);
        Request storage r = requests[requestId];
        if (r.status != RequestStatus.Open) revert RequestNotOpen(r.status);
        // INVARIANT: the opposite of the guard of `claim`.
        if (block.timestamp <= r.deadline) revert DeadlineNotPassed(r.deadline);
        // INVARIANT: a claim in time keeps its chance of the fee.
        if (r.liveClaims != 0) revert ClaimsAreLive(r.liveClaims);
        r.status = RequestStatus.Expired;
        emit RequestEnded(requestId, RequestStatus.Expired, ClaimId.wrap(0));
        addCredit(r.requester, r.fee);
    }

    // ------------------------------------------------------------------ claims

    /// @inheritdoc IHub
    function claim(RequestId requestId, uint8 resultStatus, bytes32 slotsRoot, bytes calldata evidence)
        external
        payable
        returns (ClaimId claimId)
    {
        Calldata.requireCanonical(4, evidence);
        Request storage r = requests[requestId];
        if (r.status != RequestStatus.Open) revert RequestNotOpen(r.status);
        if (block.timestamp > r.deadline) revert DeadlinePassed(r.deadline);
        // INVARIANT: a request that names its server takes no claim of anyone else, copied or not.
        if (r.server != address(0) && r.server != msg.sender) revert NotTheNamedServer(r.server);
        uint256 due = bondDue(requestId);
        // INVARIANT: at least, not exactly: another claim in the same block must not make this one revert.
        if (msg.value < due) revert BondTooSmall(due, msg.value);

        bytes calldata output = openOutput(modelOf(r.modelId), resultStatus, slotsRoot, evidence);
        bytes32 finalState = Commitments.state(resultStatus, slotsRoot);
        uint32 index = r.claims++;
        r.liveClaims++;
        claimId = Commitments.claim(requestId, index, msg.sender, finalState, keccak256(output));

        Claim storage c = claims[claimId];
        c.server = msg.sender;
        c.claimedAt = uint64(block.timestamp);
        c.status = ClaimStatus.Live;
        c.resultStatus = resultStatus;
        // SAFETY of the cast: `due` is at most 2^96 · 2^32, and was paid.
        c.bond = uint128(due);
        c.index = index;
        c.requestId = requestId;
        c.finalState = finalState;
        emit Claimed(claimId, requestId, msg.sender, index, resultStatus, slotsRoot, due, output);
        addCredit(msg.sender, msg.value - due);
    }

    /// @dev The claimed output: exactly the model's output bytes, whose root the final slots hold.
    function openOutput(Model memory model, uint8 resultStatus, bytes32 slotsRoot, bytes calldata evidence)
        private
        pure
        returns (bytes calldata output)
    {
        Cursor memory cursor = CursorReads.over(evidence);
        if (resultStatus == Commitments.FAILED && slotsRoot == 0) {
            output = cursor.bytesOf(0);
        } else {
            // INVARIANT: a failed state is the one with slots root 0, and there is no fourth status.
            if (resultStatus >= Commitments.FAILED) revert ResultStatusInvalid(resultStatus, slotsRoot);
            output = cursor.bytesOf(model.outputBytes);
            bytes32 tensor = Merkle.rootOfBytes(output, model.outputDepth);
            bytes32 root =
                Merkle.climb(cursor, tensor, model.outputSlot, 0, model.slotDepth, Merkle.zeros(model.slotDepth));
            // INVARIANT: the output is the final state's, so whoever disputes the state disputes the output.
            if (root != slotsRoot) revert ProofMismatch(slotsRoot, root);
        }
        cursor.requireDone();
    }

    /// @inheritdoc IHub
    function bondDue(RequestId requestId) public view returns (uint256) {
        return claimBond * (1 + uint256(requests[requestId].liveClaims));
    }

    /// @inheritdoc IHub
    function resolve(ClaimId claimId) external {
        Calldata.requireStatic(1);
        Claim storage c = claims[claimId];
        if (c.status != ClaimStatus.Live) revert ClaimNotLive(c.status);
        // INVARIANT: the opposite of the guard of `challenge`.
        if (block.timestamp <= uint256(c.claimedAt) + window) revert WindowOpen();
        // INVARIANT: every game on the claim has been won.
        if (c.openGames != 0) revert GamesAreOpen(c.openGames);

        Request storage r = requests[c.requestId];
        r.liveClaims--;
        uint256 due = c.bond;
        // INVARIANT: a request has live claims only while it is Open or Final, and its fee is paid once.
        if (r.status == RequestStatus.Open) {
            r.status = RequestStatus.Final;
            r.finalClaim = claimId;
            c.status = ClaimStatus.Final;
            due += r.fee;
            emit RequestEnded(c.requestId, RequestStatus.Final, claimId);
        } else {
            c.status = ClaimStatus.Superseded;
        }
        emit ClaimEnded(claimId, c.requestId, c.status);
        addCredit(c.server, due);
    }

    /// @dev A lost game ends the claim; §5 says who gets its bond.
    function kill(ClaimId claimId, Claim storage c, address challenger) internal {
        c.status = ClaimStatus.Dead;
        Request storage r = requests[c.requestId];
        r.liveClaims--;
        emit ClaimEnded(claimId, c.requestId, ClaimStatus.Dead);
        uint256 toChallenger = uint256(c.bond) * challengerShare / WHOLE;
        uint256 toRequester = uint256(c.bond) * requesterShare / WHOLE;
        addCredit(challenger, toChallenger);
        addCredit(r.requester, toRequester);
        // INVARIANT: the burnt share is the remainder, so that no wei is lost to rounding.
        addCredit(DEAD, c.bond - toChallenger - toRequester);
    }

    // ------------------------------------------------------------------ deliveries

    /// @inheritdoc IHub
    function deliverProvisional(ClaimId claimId, bytes calldata output) external {
        Calldata.requireCanonical(2, output);
        Claim storage c = claims[claimId];
        Request storage r = requests[c.requestId];
        if (c.status != ClaimStatus.Live) revert ClaimNotLive(c.status);
        if (r.status != RequestStatus.Open) revert RequestNotOpen(r.status);
        if (c.provisionalDelivered) revert AlreadyDelivered();
        c.provisionalDelivered = true;
        deliver(IResultReceiver.onProvisional.selector, claimId, c, r, output);
    }

    /// @inheritdoc IHub
    function deliverFinal(RequestId requestId, bytes calldata output) external {
        Calldata.requireCanonical(2, output);
        Request storage r = requests[requestId];
        if (r.status != RequestStatus.Final) revert RequestNotFinal(r.status);
        if (r.finalDelivered) revert AlreadyDelivered();
        r.finalDelivered = true;
        deliver(IResultReceiver.onFinal.selector, r.finalClaim, claims[r.finalClaim], r, output);
    }

    /// @dev The flag is set before the call, so the callback cannot be delivered to twice by calling back; a failure
    /// reverts everything, the flag among it.
    function deliver(bytes4 selector, ClaimId claimId, Claim storage c, Request storage r, bytes calldata output)
        private
    {
        address callback = r.callback;
        if (callback == address(0)) revert NoCallback();
        ClaimId actual = Commitments.claim(c.requestId, c.index, c.server, c.finalState, keccak256(output));
        // INVARIANT: what is delivered is what was claimed.
        if (!(actual == claimId)) revert OutputMismatch(ClaimId.unwrap(claimId), ClaimId.unwrap(actual));

        bool referenced = r.availability == Availability.Referenced;
        bytes memory data = abi.encodeWithSelector(selector, c.requestId, claimId, c.resultStatus, referenced, output);
        uint256 gasForCallback = r.callbackGas;
        emit Delivered(c.requestId, claimId, selector == IResultReceiver.onFinal.selector);
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

    // ------------------------------------------------------------------ views

    /// @inheritdoc IHub
    function getRequest(RequestId requestId) external view returns (Request memory) {
        return requests[requestId];
    }

    /// @inheritdoc IHub
    function getClaim(ClaimId claimId) external view returns (Claim memory) {
        return claims[claimId];
    }

    /// @inheritdoc IHub
    function nonce(address requester) external view returns (uint64) {
        return nonces[requester];
    }

    function modelOf(ModelId modelId) internal view returns (Model memory) {
        return IModelRegistry(registry).get(modelId);
    }

    function requireContract(address at) internal view {
        // INVARIANT: a call to an address without code would succeed.
        if (at.code.length == 0) revert NotAContract(at);
    }
}
