// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    Availability,
    Claim,
    ClaimId,
    ClaimStatus,
    Ending,
    Game,
    GameId,
    GameStatus,
    ModelId,
    Position,
    Request,
    RequestId,
    RequestStatus,
    Side,
    Terms
} from "../lib/Types.sol";

/// @title Requests, claims, games and money
/// @notice One contract holds the whole state of the protocol, `spec/protocol.md`; it has no owner and never changes.
/// The packed `evidence` of a call must be exactly as long as its parts: nothing may follow them, in it or behind it.
/// Lists of states are packed 32-byte words; proofs are `mask u64 | siblings whose bit is set, lowest first`.
interface IHub {
    // ------------------------------------------------------------------ events

    /// @notice A request was opened. `data` is the input, or where to find it if the availability is `Referenced`, or
    /// empty if it is `Uploaded`: then the events of `inputs` have it.
    event Requested(
        RequestId indexed requestId,
        address indexed requester,
        ModelId indexed modelId,
        uint64 nonce,
        bytes32 inputRoot,
        Availability availability,
        Terms terms,
        uint256 fee,
        bytes data
    );
    /// @notice A claim of an open request died late, so that others may claim until this second.
    event RequestExtended(RequestId indexed requestId, uint64 deadline);
    /// @notice A claim was made. `output` is without its trailing zeros, or its root if the model's has more than
    /// 24,576 bytes.
    event Claimed(
        ClaimId indexed claimId,
        RequestId indexed requestId,
        address indexed server,
        uint32 index,
        uint8 resultStatus,
        bytes32 slotsRoot,
        uint256 bond,
        uint64 claimedAt,
        bytes output
    );
    /// @notice A game was opened; its first position follows as `Moved`.
    event Challenged(
        GameId indexed gameId, ClaimId indexed claimId, address indexed challenger, uint32 index, uint256 bond
    );
    /// @notice A game's new position: its preimage and the list of the poster. `part` is the number of the assertion
    /// that the move refuted, 0 for a challenge; the clock of the side on turn runs since `movedAt`.
    event Moved(
        GameId indexed gameId, uint32 move, Side poster, uint8 part, uint64 movedAt, Position position, bytes states
    );
    /// @notice A game ended.
    event GameEnded(GameId indexed gameId, ClaimId indexed claimId, GameStatus status, Ending ending);
    /// @notice A claim ended.
    event ClaimEnded(ClaimId indexed claimId, RequestId indexed requestId, ClaimStatus status);
    /// @notice A request ended; `finalClaim` is 0 if it expired.
    event RequestEnded(RequestId indexed requestId, RequestStatus status, ClaimId finalClaim);
    /// @notice The account can withdraw so much more.
    event Credited(address indexed account, uint256 amount);
    /// @notice The account's credit was sent.
    event Withdrawn(address indexed account, address to, uint256 amount);

    // ------------------------------------------------------------------ requests and claims

    /// @notice Asks for an inference; the value is the fee, `input` the model's input without its trailing zeros.
    function request(ModelId modelId, Terms calldata terms, bytes calldata input)
        external
        payable
        returns (RequestId requestId);

    /// @notice Asks for an inference on an input that the hub does not see; `uri` has at most 256 bytes.
    function requestReferenced(ModelId modelId, Terms calldata terms, bytes32 inputRoot, bytes calldata uri)
        external
        payable
        returns (RequestId requestId);

    /// @notice Asks for an inference on an input that was uploaded to `inputs` before, as a tree of the model's depth.
    function requestUploaded(ModelId modelId, Terms calldata terms, bytes32 inputRoot)
        external
        payable
        returns (RequestId requestId);

    /// @notice Says what the result is; the value is at least `bondDue(requestId)`, a surplus is credited.
    /// @param resultStatus 0: ran to its end, 1: stopped, 2: failed; 1 if the model's output is given
    /// @param slotsRoot root of the slots in the final state; 0 if failed
    /// @param evidence length of the output as u32, the output without its trailing zeros, then the proof of its padded
    /// root at the output slot under slotsRoot; if the model's output has more than 24,576 bytes, that root in place of
    /// length and output; empty if failed
    function claim(RequestId requestId, uint8 resultStatus, bytes32 slotsRoot, bytes calldata evidence)
        external
        payable
        returns (ClaimId claimId);

    /// @notice Settles a claim that can no longer be challenged and has won all its games.
    function resolve(ClaimId claimId) external;

    /// @notice Ends a request that nobody answered, and gives its fee back.
    function expire(RequestId requestId) external;

    // ------------------------------------------------------------------ games

    /// @notice Disputes a claim; the value is at least `challengeBondDue(claimId)`, a surplus is credited.
    /// @param evidence initial tensor root of the input slot, its proof under the model's initial slots root; if the
    /// model's output is given, the same of the output slot under the root with the input written; and min(16, N)
    /// states, the last of them not the claim's
    function challenge(ClaimId claimId, bytes calldata evidence) external payable returns (GameId gameId);

    /// @notice Refutes a part of at least two steps by a list with another end.
    /// @param part number of the refuted assertion, from 0
    /// @param evidence the position's list, then min(16, length of the part) states
    function dissect(GameId gameId, Position calldata position, uint256 part, bytes calldata evidence) external;

    /// @notice Refutes one step of level 0 by the trace of its node.
    /// @param status of the graph state before the step
    /// @param slotsRoot of the graph state before the step
    /// @param evidence the position's list, then, if status is 0, the witness of `IGraphStep.link`
    function refine(
        GameId gameId,
        Position calldata position,
        uint256 part,
        uint8 status,
        bytes32 slotsRoot,
        bytes calldata evidence
    ) external;

    /// @notice Refutes one step of level 1 by executing it.
    /// @param codeRoot root of the program's code
    /// @param codeDepth depth of the code tree
    /// @param memDepth depth of the memory tree
    /// @param evidence the position's list, then the witness of `IStep.step`
    function execute(
        GameId gameId,
        Position calldata position,
        uint256 part,
        bytes32 codeRoot,
        uint8 codeDepth,
        uint8 memDepth,
        bytes calldata evidence
    ) external;

    /// @notice Ends a game whose side on turn has let its clock run out.
    function timeout(GameId gameId) external;

    /// @notice Gives a challenger his bond back, and his share of the reward, whose claim died in another game.
    function reclaim(GameId gameId) external;

    // ------------------------------------------------------------------ money

    /// @notice Sends the caller's whole credit.
    function withdraw(address to) external;

    /// @notice Sends the burnt shares to 0x…dEaD.
    function burn() external;

    // ------------------------------------------------------------------ views

    /// @notice The request, all zeros if there is none.
    function getRequest(RequestId requestId) external view returns (Request memory);
    /// @notice The claim, all zeros if there is none.
    function getClaim(ClaimId claimId) external view returns (Claim memory);
    /// @notice The game, all zeros if there is none.
    function getGame(GameId gameId) external view returns (Game memory);
    /// @notice What the account can withdraw.
    function credit(address account) external view returns (uint256);
    /// @notice How many requests the account has made, the nonce of its next one.
    function nonce(address requester) external view returns (uint64);
    /// @notice The bond that the request's next claim must deposit.
    function bondDue(RequestId requestId) external view returns (uint256);
    /// @notice The bond that the claim's next challenge must deposit.
    function challengeBondDue(ClaimId claimId) external view returns (uint256);

    function window() external view returns (uint64);
    function allowance() external view returns (uint64);
    function claimBond() external view returns (uint96);
    function challengeBond() external view returns (uint96);
    function challengerShare() external view returns (uint16);
    function requesterShare() external view returns (uint16);
    function machineVersion() external view returns (bytes32);
    function registry() external view returns (address);
    /// @notice The contract that brings results to the requesters' contracts.
    function deliveries() external view returns (address);
    /// @notice The contract that inputs are uploaded to which do not fit in a transaction.
    function inputs() external view returns (address);
    function graphStep() external view returns (address);
    function step() external view returns (address);
}
