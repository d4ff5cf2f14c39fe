// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

// The protocol's nouns as types, so that a claim's id is never taken for a game's. `spec/protocol.md` §1 and §2.

/// @notice keccak-256 of a model's preimage.
type ModelId is bytes32;

/// @notice keccak-256 of a request's preimage.
type RequestId is bytes32;

/// @notice keccak-256 of a claim's preimage.
type ClaimId is bytes32;

/// @notice keccak-256 of a game's preimage.
type GameId is bytes32;

using {sameModel as ==} for ModelId global;
using {sameClaim as ==} for ClaimId global;

function sameModel(ModelId a, ModelId b) pure returns (bool) {
    return ModelId.unwrap(a) == ModelId.unwrap(b);
}

function sameClaim(ClaimId a, ClaimId b) pure returns (bool) {
    return ClaimId.unwrap(a) == ClaimId.unwrap(b);
}

/// @notice How a request ends: the first claim to resolve makes it final, nobody's claim lets it expire.
enum RequestStatus {
    None,
    Open,
    Final,
    Expired
}

/// @notice How a claim ends: final, too late to be the first, or refuted in a game.
enum ClaimStatus {
    None,
    Live,
    Final,
    Superseded,
    Dead
}

/// @notice How a game ends: for one side, or without a winner because its claim died in another game.
enum GameStatus {
    None,
    Running,
    ServerWon,
    ChallengerWon,
    Void
}

/// @notice What decided a game.
enum Ending {
    /// the side on turn let its clock run out
    Timeout,
    /// a step of a stopped program was shown to change the state
    FixedPoint,
    /// the contract executed the last instruction and got another result
    Executed,
    /// the claim had died already
    ClaimDead
}

/// @notice Whether the hub saw the request's input (`Emitted`), only its root (`Referenced`), or a root whose bytes
/// `Inputs` has seen (`Uploaded`).
enum Availability {
    Emitted,
    Referenced,
    Uploaded
}

/// @dev The longest output that a claim carries, in bytes; of a model that has a longer one it names the root alone.
uint256 constant MAX_EMITTED_OUTPUT = 24_576;

/// @notice The two sides of a game; the number is what a position's preimage holds.
enum Side {
    Server,
    Challenger
}

/// @notice A model as its preimage has it, in the preimage's order.
///
/// | slot | bits    | field            |
/// |------|---------|------------------|
/// | 0    | 0..255  | graphRoot        |
/// | 1    | 0..7    | graphDepth       |
/// | 1    | 8..71   | nodeCount        |
/// | 1    | 72..135 | loops            |
/// | 2    | 0..255  | initialSlotsRoot |
/// | 3    | 0..7    | slotDepth        |
/// | 3    | 8..39   | inputSlot        |
/// | 3    | 40..47  | inputDepth       |
/// | 3    | 48..111 | inputBytes       |
/// | 3    | 112..143| outputSlot       |
/// | 3    | 144..151| outputDepth      |
/// | 3    | 152..183| outputBytes      |
/// | 3    | 184..191| outputGiven      |
struct Model {
    bytes32 graphRoot;
    uint8 graphDepth;
    uint64 nodeCount;
    uint64 loops;
    bytes32 initialSlotsRoot;
    uint8 slotDepth;
    uint32 inputSlot;
    uint8 inputDepth;
    uint64 inputBytes;
    uint32 outputSlot;
    uint8 outputDepth;
    uint32 outputBytes;
    /// the run starts with the claimed output in its slot, and checks it instead of writing it
    bool outputGiven;
}

/// @notice What a requester decides besides model, input and fee.
struct Terms {
    /// who alone may claim; 0: anyone
    address server;
    /// the last second at which a claim may be made, unless one dies later than a window before it
    uint64 deadline;
    /// the contract that deliveries call; 0: none
    address callback;
    /// the gas that a delivery passes on
    uint32 callbackGas;
}

/// @notice A request as the hub keeps it.
///
/// | slot | bits     | field              |
/// |------|----------|--------------------|
/// | 0    | 0..159   | requester          |
/// | 0    | 160..167 | status             |
/// | 0    | 168..175 | availability       |
/// | 0    | 176..207 | claims, ever made  |
/// | 0    | 208..239 | liveClaims         |
/// | 0    | 240..255 | extensions         |
/// | 1    | 0..159   | server             |
/// | 1    | 160..223 | deadline           |
/// | 1    | 224..255 | callbackGas        |
/// | 2    | 0..159   | callback           |
/// | 2    | 160..255 | fee                |
/// | 3    | 0..255   | modelId            |
/// | 4    | 0..255   | inputRoot          |
/// | 5    | 0..255   | finalClaim         |
struct Request {
    address requester;
    RequestStatus status;
    Availability availability;
    uint32 claims;
    uint32 liveClaims;
    /// how often a claim's death has moved the deadline
    uint16 extensions;
    address server;
    /// the last second at which a claim may be made now; the preimage keeps the first one
    uint64 deadline;
    uint32 callbackGas;
    address callback;
    uint96 fee;
    ModelId modelId;
    bytes32 inputRoot;
    ClaimId finalClaim;
}

/// @notice A claim as the hub keeps it.
///
/// | slot | bits     | field                 |
/// |------|----------|-----------------------|
/// | 0    | 0..159   | server                |
/// | 0    | 160..223 | claimedAt             |
/// | 0    | 224..231 | status                |
/// | 0    | 232..239 | resultStatus          |
/// | 1    | 0..127   | bond                  |
/// | 1    | 128..159 | index                 |
/// | 1    | 160..191 | games, ever opened    |
/// | 1    | 192..223 | openGames             |
/// | 1    | 224..255 | rewarded              |
/// | 2    | 0..255   | requestId             |
/// | 3    | 0..255   | finalState            |
/// | 4    | 0..255   | outputRoot            |
struct Claim {
    address server;
    uint64 claimedAt;
    ClaimStatus status;
    uint8 resultStatus;
    uint128 bond;
    uint32 index;
    uint32 games;
    uint32 openGames;
    /// how many games share the reward: those open when the claim died, the one that killed it among them
    uint32 rewarded;
    RequestId requestId;
    bytes32 finalState;
    /// of the padded output, if the model's output is given; else 0
    bytes32 outputRoot;
}

/// @notice A game as the hub keeps it.
///
/// | slot | bits     | field           |
/// |------|----------|-----------------|
/// | 0    | 0..159   | challenger      |
/// | 0    | 160..223 | movedAt         |
/// | 0    | 224..231 | status          |
/// | 0    | 232..239 | onTurn          |
/// | 1    | 0..63    | serverLeft      |
/// | 1    | 64..127  | challengerLeft  |
/// | 1    | 128..159 | move            |
/// | 1    | 160..191 | index           |
/// | 1    | 192..223 | ahead           |
/// | 2    | 0..255   | claimId         |
/// | 3    | 0..255   | position        |
struct Game {
    address challenger;
    uint64 movedAt;
    GameStatus status;
    Side onTurn;
    uint64 serverLeft;
    uint64 challengerLeft;
    uint32 move;
    uint32 index;
    /// games that were open on the claim when this one was opened; its bond is 1 + so many challenge bonds
    uint32 ahead;
    ClaimId claimId;
    bytes32 position;
}

/// @notice What a move must repeat of the position it answers. The hub adds what it knows itself: game, number of the
/// move, poster, and the hash of the poster's list.
struct Position {
    /// 0: steps are nodes of the graph; 1: steps are instructions of one node's program
    uint8 level;
    /// the first step of the interval
    uint64 first;
    /// the number of its steps
    uint64 length;
    /// the agreed state before the first step
    bytes32 start;
    /// the model at level 0, the program at level 1
    bytes32 context;
}

/// @notice What a deployment fixes forever. Times in seconds, money in wei, shares in parts of 10,000.
struct Parameters {
    /// how long a claim can be challenged
    uint64 window;
    /// how long each side of a game may think, all its moves together
    uint64 allowance;
    /// what the first live claim of a request deposits; each live one and each extension asks for as much again
    uint96 claimBond;
    /// what the first open challenge of a claim deposits; the n-th deposits n times as much
    uint96 challengeBond;
    /// the challengers' part of a dead claim's bond
    uint16 challengerShare;
    /// the requester's part of a dead claim's bond
    uint16 requesterShare;
}
