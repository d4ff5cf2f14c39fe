// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ClaimStatus, GameStatus, RequestStatus} from "./Types.sol";

// Every error of the contracts except the step verifier's, one sentence each.

// ---- calldata and witnesses

/// @notice The call's data is longer or shorter than its canonical encoding, or laid out otherwise.
error CalldataNotCanonical();
/// @notice The packed bytes end before the part that must come next.
error EvidenceTooShort(uint256 missing);
/// @notice The packed bytes go on behind their last part.
error EvidenceTooLong(uint256 surplus);
/// @notice A proof's mask has bits beyond its siblings.
error MaskBitsUnused(uint256 mask, uint256 siblings);
/// @notice A proof does not lead to the root that it must lead to.
error ProofMismatch(bytes32 expected, bytes32 actual);

// ---- models

/// @notice A field of the model is outside its bounds.
error ModelOutOfBounds();
/// @notice Nobody has registered this model.
error ModelUnknown();

// ---- deployments

/// @notice The deployment's parameters do not make a sound game.
error ParametersUnsound();
/// @notice There is no contract at an address that must hold one.
error NotAContract(address at);

// ---- requests

/// @notice The request is in another state than the call needs.
error RequestNotOpen(RequestStatus actual);
/// @notice The request is not final.
error RequestNotFinal(RequestStatus actual);
/// @notice The buffer is longer than the model takes or gives.
error BufferTooLong(uint256 limit, uint256 actual);
/// @notice The buffer ends in a zero byte, which its one encoding leaves out.
error TrailingZero();
/// @notice Nobody has uploaded these bytes as a tree of this depth.
error InputNotSeen(bytes32 root, uint256 depth);
/// @notice These parts do not make a tree of this depth.
error PartsDoNotFit();
/// @notice A place to find something is longer than anybody needs.
error UriTooLong(uint256 limit, uint256 actual);
/// @notice The fee does not fit into 96 bits.
error FeeTooLarge();
/// @notice The deadline lies in the past.
error DeadlinePassed(uint64 deadline);
/// @notice The deadline has not passed.
error DeadlineNotPassed(uint64 deadline);
/// @notice The request has live claims.
error ClaimsAreLive(uint32 liveClaims);

// ---- claims

/// @notice The claim is in another state than the call needs.
error ClaimNotLive(ClaimStatus actual);
/// @notice The request names another server.
error NotTheNamedServer(address server);
/// @notice The deposit is below the bond that is due.
error BondTooSmall(uint256 due, uint256 paid);
/// @notice A result's status is 0 (ran to its end), 1 (stopped) or 2 (failed, with slots root 0); 1 if the output is
/// given.
error ResultStatusInvalid(uint8 status, bytes32 slotsRoot);
/// @notice The claim can no longer be challenged.
error WindowClosed();
/// @notice The claim can still be challenged.
error WindowOpen();
/// @notice Games on this claim are still running.
error GamesAreOpen(uint32 openGames);

// ---- games

/// @notice The game is in another state than the call needs.
error GameNotRunning(GameStatus actual);
/// @notice The deposit is below the bond that a challenge of this claim owes now.
error ChallengeBondTooSmall(uint256 due, uint256 paid);
/// @notice The caller is not the side on turn.
error NotOnTurn(address onTurn);
/// @notice The side on turn has used up its clock.
error ClockExpired(uint256 used, uint256 left);
/// @notice The side on turn has time left.
error ClockRunning(uint256 used, uint256 left);
/// @notice The move answers another position than the game's.
error PositionMismatch(bytes32 expected, bytes32 actual);
/// @notice The position has fewer parts than the chosen one's number.
error NoSuchPart(uint256 part, uint256 parts);
/// @notice The list ends in the very state that it must dispute.
error EndNotDisputed();
/// @notice A part of one step cannot be dissected.
error PartIsSingleStep();
/// @notice Only a part of one step can be refined or executed.
error PartIsNotSingleStep(uint256 length);
/// @notice The move belongs to another level.
error LevelWrong(uint8 level);
/// @notice The opened state is not the one before the disputed step.
error StateMismatch(bytes32 expected, bytes32 actual);
/// @notice A refinement's last state is not the hash of the end that it opens.
error EndMismatch(bytes32 listed, bytes32 opened);
/// @notice The given program is not the position's.
error ProgramMismatch(bytes32 expected, bytes32 actual);
/// @notice Executing the step gives the disputed state, so there is nothing to refute.
error StepIsRight();
/// @notice The game's claim is not dead, so its bond is not free.
error ClaimNotDead(ClaimStatus actual);

// ---- nodes

/// @notice A field of the node is outside its bounds.
error NodeOutOfBounds();
/// @notice The node's segments overlap, are unsorted or leave their memory.
error SegmentsOverlap();

// ---- money and deliveries

/// @notice The account has no credit.
error NothingToWithdraw();
/// @notice The payee refused the payment.
error PaymentRefused(address to);
/// @notice The request wants no delivery.
error NoCallback();
/// @notice This delivery has been made.
error AlreadyDelivered();
/// @notice The given output is not the claim's.
error OutputMismatch(bytes32 expectedClaim, bytes32 actualClaim);
/// @notice The call has too little gas left to give the callback what it was promised.
error DeliveryStarved(uint256 available, uint256 needed);
/// @notice The callback failed, so the delivery does not count.
error DeliveryFailed();
