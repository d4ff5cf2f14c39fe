// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    BondTooSmall,
    BufferTooLong,
    ClaimNotLive,
    ClaimsAreLive,
    DeadlineNotPassed,
    DeadlinePassed,
    FeeTooLarge,
    GamesAreOpen,
    InputNotSeen,
    ModelUnknown,
    NotAContract,
    NotTheNamedServer,
    ParametersUnsound,
    ProofMismatch,
    RequestNotOpen,
    ResultStatusInvalid,
    TrailingZero,
    WindowOpen
} from "../lib/Errors.sol";
import {IHub} from "./IHub.sol";
import {IInputs} from "./IInputs.sol";
import {IModelRegistry} from "../model/IModelRegistry.sol";
import {Ledger} from "./Ledger.sol";
import {
    Availability,
    Claim,
    ClaimId,
    ClaimStatus,
    MAX_EMITTED_OUTPUT,
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

/// @title Requests, claims and their settlement
/// @notice `spec/protocol.md` §2 and §5. No function here calls foreign code.
abstract contract Market is Ledger {
    /// @notice Shares are parts of this.
    uint256 internal constant WHOLE = 10_000;

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
    /// @inheritdoc IHub
    address public immutable inputs;

    mapping(RequestId => Request) internal requests;
    mapping(ClaimId => Claim) internal claims;
    mapping(address => uint64) private nonces;

    constructor(address registry_, address inputs_, Parameters memory p) {
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
        inputs = inputs_;
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
        requireShort(input, model.inputBytes);
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
        Calldata.requireUri(uri);
        if (!IModelRegistry(registry).isRegistered(modelId)) revert ModelUnknown();
        return open(modelId, terms, inputRoot, Availability.Referenced, uri);
    }

    /// @inheritdoc IHub
    function requestUploaded(ModelId modelId, Terms calldata terms, bytes32 inputRoot)
        external
        payable
        returns (RequestId requestId)
    {
        Calldata.requireStatic(6);
        Model memory model = modelOf(modelId);
        uint256 length = IInputs(inputs).lengthOf(inputRoot, model.inputDepth);
        // INVARIANT: the chain saw the bytes, as a tree of the model's depth, and what is behind them is zero.
        if (length == 0) revert InputNotSeen(inputRoot, model.inputDepth);
        requireAtMost(model.inputBytes, length);
        return open(modelId, terms, inputRoot, Availability.Uploaded, msg.data[:0]);
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

        Model memory model = modelOf(r.modelId);
        (bytes calldata output, bytes32 outputRoot) = openOutput(model, resultStatus, slotsRoot, evidence);
        bytes32 finalState = Commitments.state(resultStatus, slotsRoot);
        uint32 index = r.claims++;
        r.liveClaims++;
        claimId = Commitments.claim(requestId, index, msg.sender, finalState, keccak256(output));

        Claim storage c = claims[claimId];
        c.server = msg.sender;
        c.claimedAt = uint64(block.timestamp);
        c.status = ClaimStatus.Live;
        c.resultStatus = resultStatus;
        // SAFETY of the cast: `due` was paid, and there are not 2^128 wei.
        c.bond = uint128(due);
        c.index = index;
        c.requestId = requestId;
        c.finalState = finalState;
        if (model.outputGiven) c.outputRoot = outputRoot;
        emit Claimed(
            claimId, requestId, msg.sender, index, resultStatus, slotsRoot, due, uint64(block.timestamp), output
        );
        addCredit(msg.sender, msg.value - due);
    }

    /// @dev The claimed output, and the root of its padded bytes, which the final slots hold. A long one is claimed by
    /// this root alone.
    function openOutput(Model memory model, uint8 resultStatus, bytes32 slotsRoot, bytes calldata evidence)
        private
        pure
        returns (bytes calldata output, bytes32 outputRoot)
    {
        Cursor memory cursor = CursorReads.over(evidence);
        if (resultStatus == Commitments.FAILED && slotsRoot == 0 && !model.outputGiven) {
            output = cursor.bytesOf(0);
        } else {
            // INVARIANT: a failed state is the one with slots root 0, and there is no fourth status; a given output
            // that does not stop the run is not the model's.
            if (resultStatus >= Commitments.FAILED || (model.outputGiven && resultStatus != Commitments.DONE)) {
                revert ResultStatusInvalid(resultStatus, slotsRoot);
            }
            if (model.outputBytes > MAX_EMITTED_OUTPUT) {
                output = cursor.bytesOf(32);
                outputRoot = bytes32(output);
            } else {
                output = cursor.bytesOf(cursor.number(4));
                requireShort(output, model.outputBytes);
                outputRoot = Merkle.rootOfBytes(output, model.outputDepth);
            }
            bytes32 root =
                Merkle.climb(cursor, outputRoot, model.outputSlot, 0, model.slotDepth, Merkle.zeros(model.slotDepth));
            // INVARIANT: the output is the final state's, so whoever disputes the state disputes the output.
            if (root != slotsRoot) revert ProofMismatch(slotsRoot, root);
        }
        cursor.requireDone();
    }

    /// @dev A buffer travels without its trailing zeros: what is behind its end, up to the model's length, is zero.
    function requireShort(bytes calldata buffer, uint256 limit) private pure {
        requireAtMost(limit, buffer.length);
        // INVARIANT: a buffer has one encoding, so that a result has one claim and an input one hash.
        if (buffer.length != 0 && buffer[buffer.length - 1] == 0) revert TrailingZero();
    }

    function requireAtMost(uint256 limit, uint256 length) private pure {
        if (length > limit) revert BufferTooLong(limit, length);
    }

    /// @inheritdoc IHub
    function bondDue(RequestId requestId) public view returns (uint256) {
        Request storage r = requests[requestId];
        return claimBond * (1 + uint256(r.liveClaims) + r.extensions);
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

    /// @dev A lost game ends the claim; §5 says who gets its bond. `running` games were open, the lost one among them.
    function kill(ClaimId claimId, Claim storage c, uint32 running) internal {
        c.status = ClaimStatus.Dead;
        c.rewarded = running;
        RequestId requestId = c.requestId;
        Request storage r = requests[requestId];
        r.liveClaims--;
        emit ClaimEnded(claimId, requestId, ClaimStatus.Dead);
        uint256 until = block.timestamp + window;
        // INVARIANT: whoever held back because of this claim has a window to make his own.
        if (r.status == RequestStatus.Open && until > r.deadline) {
            // SAFETY of the cast: a block's time and a window are far below 2^63.
            r.deadline = uint64(until);
            if (r.extensions != type(uint16).max) r.extensions++;
            emit RequestExtended(requestId, uint64(until));
        }
        uint256 toRequester = uint256(c.bond) * requesterShare / WHOLE;
        addCredit(r.requester, toRequester);
        // INVARIANT: the burnt share is the remainder, so that no wei is lost to rounding.
        addCredit(DEAD, c.bond - toRequester - running * rewardOf(c));
    }

    /// @dev What each game gets that was open when the claim died. The contract cannot tell apart who found the lie,
    /// who copied him, and who is the liar himself, so they all get the same.
    function rewardOf(Claim storage c) internal view returns (uint256) {
        return uint256(c.bond) * challengerShare / WHOLE / c.rewarded;
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
