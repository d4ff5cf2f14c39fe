// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    ChallengeBondTooSmall,
    ClaimNotDead,
    ClaimNotLive,
    EndNotDisputed,
    GameNotRunning,
    LevelWrong,
    NoSuchPart,
    NotOnTurn,
    ParametersUnsound,
    PartIsNotSingleStep,
    PartIsSingleStep,
    PositionMismatch,
    ProgramMismatch,
    ProofMismatch,
    StateMismatch,
    StepIsRight,
    WindowClosed
} from "../lib/Errors.sol";
import {IGraphStep} from "../model/IGraphStep.sol";
import {IHub} from "./IHub.sol";
import {Market} from "./Market.sol";
import {
    Claim,
    ClaimId,
    ClaimStatus,
    Ending,
    Game,
    GameId,
    GameStatus,
    Model,
    ModelId,
    Parameters,
    Position,
    Side
} from "../lib/Types.sol";
import {Calldata, Cursor, CursorReads} from "../lib/Calldata.sol";
import {Clock} from "../lib/Clock.sol";
import {Commitments} from "../lib/Commitments.sol";
import {Merkle} from "../lib/Merkle.sol";
import {Partition} from "../lib/Partition.sol";
import {IStep} from "../machine/IStep.sol";

/// @title Games: one challenge, two sides, and a list of assertions to refute one of
/// @notice `spec/protocol.md` §3 and §4. A position is the poster's list s_1 … s_k after an agreed start s_0: the side
/// on turn picks an assertion s_j → s_{j+1}, thereby accepts s_j, and answers with a list of its own that ends
/// elsewhere, or with one step that the contract recomputes. Games know nothing of each other.
abstract contract Games is Market {
    /// @inheritdoc IHub
    uint64 public immutable allowance;
    /// @inheritdoc IHub
    uint96 public immutable challengeBond;
    /// @inheritdoc IHub
    address public immutable graphStep;
    /// @inheritdoc IHub
    address public immutable step;

    mapping(GameId => Game) private games;

    /// @dev The assertion that a move refutes: from → to, over `length` steps from `first`.
    struct Disputed {
        bytes32 from;
        bytes32 to;
        uint64 first;
        uint64 length;
    }

    constructor(address graphStep_, address step_, Parameters memory p) {
        // INVARIANT: sides have time to move, and sums of times cannot overflow.
        if (p.allowance == 0 || p.allowance > type(uint32).max) revert ParametersUnsound();
        requireContract(graphStep_);
        requireContract(step_);
        allowance = p.allowance;
        challengeBond = p.challengeBond;
        graphStep = graphStep_;
        step = step_;
    }

    // ------------------------------------------------------------------ moves

    /// @inheritdoc IHub
    function challenge(ClaimId claimId, bytes calldata evidence) external payable returns (GameId gameId) {
        Calldata.requireCanonical(2, evidence);
        Claim storage c = claims[claimId];
        if (c.status != ClaimStatus.Live) revert ClaimNotLive(c.status);
        // INVARIANT: the opposite of the guard of `resolve`.
        if (block.timestamp > uint256(c.claimedAt) + window) revert WindowClosed();
        uint256 due = challengeBondDue(claimId);
        // INVARIANT: at least, not exactly: another challenge in the same block must not make this one revert.
        if (msg.value < due) revert ChallengeBondTooSmall(due, msg.value);

        uint32 index = c.games++;
        uint32 ahead = c.openGames++;
        gameId = Commitments.game(claimId, index, msg.sender);
        Game storage g = games[gameId];
        g.challenger = msg.sender;
        g.movedAt = uint64(block.timestamp);
        g.status = GameStatus.Running;
        g.serverLeft = allowance;
        g.challengerLeft = allowance;
        g.index = index;
        g.ahead = ahead;
        g.claimId = claimId;
        emit Challenged(gameId, claimId, msg.sender, index, due);

        ModelId modelId = requests[c.requestId].modelId;
        Model memory model = modelOf(modelId);
        Cursor memory cursor = CursorReads.over(evidence);
        bytes32 start = startOf(model, requests[c.requestId].inputRoot, c, cursor);
        uint64 length = model.nodeCount * model.loops;
        bytes calldata states = takeStates(cursor, length, c.finalState);
        cursor.requireDone();
        post(gameId, g, Side.Challenger, 0, Position(0, 0, length, start, ModelId.unwrap(modelId)), states);
        addCredit(msg.sender, msg.value - due);
    }

    /// @dev The state before step 0: the model's initial slots with the request's input written, and the claim's output
    /// if the model checks it.
    function startOf(Model memory model, bytes32 inputRoot, Claim storage c, Cursor memory cursor)
        private
        view
        returns (bytes32)
    {
        bytes32[] memory zeros = Merkle.zeros(model.slotDepth);
        bytes32 slots = written(cursor, model.initialSlotsRoot, model.inputSlot, inputRoot, model.slotDepth, zeros);
        if (model.outputGiven) {
            slots = written(cursor, slots, model.outputSlot, c.outputRoot, model.slotDepth, zeros);
        }
        return Commitments.state(Commitments.RUNNING, slots);
    }

    /// @dev The slots' root with one tensor replaced; the old one and its proof come next.
    function written(
        Cursor memory cursor,
        bytes32 slots,
        uint32 slot,
        bytes32 tensor,
        uint8 depth,
        bytes32[] memory zeros
    ) private pure returns (bytes32 next) {
        bytes32 before;
        (before, next) = Merkle.climbTwice(cursor, cursor.word(), tensor, slot, 0, depth, zeros);
        // INVARIANT: weights and parameters are the model's own.
        if (before != slots) revert ProofMismatch(slots, before);
    }

    /// @inheritdoc IHub
    function dissect(GameId gameId, Position calldata position, uint256 part, bytes calldata evidence) external {
        Calldata.requireCanonical(8, evidence);
        (Game storage g, Disputed memory disputed, Cursor memory cursor) = answer(gameId, position, part, evidence);
        // INVARIANT: every dissection shrinks the interval.
        if (disputed.length < 2) revert PartIsSingleStep();
        bytes calldata states = takeStates(cursor, disputed.length, disputed.to);
        cursor.requireDone();
        Position memory next =
            Position(position.level, disputed.first, disputed.length, disputed.from, position.context);
        post(gameId, g, g.onTurn, part, next, states);
    }

    /// @inheritdoc IHub
    function refine(
        GameId gameId,
        Position calldata position,
        uint256 part,
        uint8 status,
        bytes32 slotsRoot,
        bytes calldata evidence
    ) external {
        Calldata.requireCanonical(10, evidence);
        (Game storage g, Disputed memory disputed, Cursor memory cursor) = answer(gameId, position, part, evidence);
        requireSingleStep(position.level, 0, disputed.length);
        bytes32 state = Commitments.state(status, slotsRoot);
        // INVARIANT: the opened state is the accepted one.
        if (state != disputed.from) revert StateMismatch(disputed.from, state);
        if (status != Commitments.RUNNING) {
            cursor.requireDone();
            // INVARIANT: a stopped program's state is a fixed point; whoever asserts otherwise has lost.
            if (disputed.to == disputed.from) revert StepIsRight();
            conclude(gameId, g, g.onTurn, Ending.FixedPoint);
            return;
        }
        (Position memory next, bytes32 image, bytes memory states) =
            linked(position.context, disputed.first, slotsRoot, cursor.rest());
        // INVARIANT: what maps to the disputed state disputes nothing.
        if (image == disputed.to) revert EndNotDisputed();
        post(gameId, g, g.onTurn, part, next, states);
    }

    /// @dev The first position of level 1 below one step of level 0.
    function linked(bytes32 context, uint64 index, bytes32 slotsRoot, bytes calldata witness)
        private
        view
        returns (Position memory next, bytes32 image, bytes memory states)
    {
        Model memory model = modelOf(ModelId.wrap(context));
        // INVARIANT: the position decides which node is run.
        IGraphStep.Place memory place =
            IGraphStep.Place(model.graphRoot, model.graphDepth, model.slotDepth, index % model.nodeCount);
        uint8 stepsLog2;
        (next.context, stepsLog2, next.start, image, states) = IGraphStep(graphStep).link(place, slotsRoot, witness);
        next.level = 1;
        next.length = uint64(1) << stepsLog2;
    }

    /// @inheritdoc IHub
    function execute(
        GameId gameId,
        Position calldata position,
        uint256 part,
        bytes32 codeRoot,
        uint8 codeDepth,
        uint8 memDepth,
        bytes calldata evidence
    ) external {
        Calldata.requireCanonical(11, evidence);
        (Game storage g, Disputed memory disputed, Cursor memory cursor) = answer(gameId, position, part, evidence);
        requireSingleStep(position.level, 1, disputed.length);
        bytes32 program = Commitments.program(codeRoot, codeDepth, memDepth);
        // INVARIANT: the program is the node's.
        if (program != position.context) revert ProgramMismatch(position.context, program);
        bytes32 result = IStep(step).step(disputed.from, codeRoot, codeDepth, memDepth, cursor.rest());
        // INVARIANT: who cannot refute the step does not win by executing it.
        if (result == disputed.to) revert StepIsRight();
        conclude(gameId, g, g.onTurn, Ending.Executed);
    }

    /// @inheritdoc IHub
    function timeout(GameId gameId) external {
        Calldata.requireStatic(1);
        Game storage g = games[gameId];
        requireRunning(g);
        Clock.requireExpired(g);
        conclude(gameId, g, other(g.onTurn), Ending.Timeout);
    }

    /// @inheritdoc IHub
    function reclaim(GameId gameId) external {
        Calldata.requireStatic(1);
        Game storage g = games[gameId];
        if (g.status != GameStatus.Running) revert GameNotRunning(g.status);
        Claim storage c = claims[g.claimId];
        ClaimStatus status = c.status;
        // INVARIANT: a game is void only if its claim died in another one, so nobody rescues a bond from a right claim.
        if (status != ClaimStatus.Dead) revert ClaimNotDead(status);
        g.status = GameStatus.Void;
        emit GameEnded(gameId, g.claimId, GameStatus.Void, Ending.ClaimDead);
        addCredit(g.challenger, bondOf(g) + rewardOf(c));
    }

    // ------------------------------------------------------------------ what all moves share

    /// @dev Checks that the caller may answer this position now, takes his time, and reads which assertion he refutes.
    /// Cheap checks come first. The cursor is left behind the position's list.
    function answer(GameId gameId, Position calldata position, uint256 part, bytes calldata evidence)
        private
        returns (Game storage g, Disputed memory disputed, Cursor memory cursor)
    {
        g = games[gameId];
        Claim storage c = requireRunning(g);
        address onTurn = g.onTurn == Side.Server ? c.server : g.challenger;
        if (msg.sender != onTurn) revert NotOnTurn(onTurn);
        Clock.charge(g);

        uint256 parts = Partition.parts(position.length);
        cursor = CursorReads.over(evidence);
        bytes calldata list = cursor.bytesOf(32 * parts);
        bytes32 actual = Commitments.position(gameId, g.move, other(g.onTurn), position, keccak256(list));
        // INVARIANT: the move names the position it answers, so a reorg cannot make it answer another.
        if (actual != g.position) revert PositionMismatch(g.position, actual);
        if (part >= parts) revert NoSuchPart(part, parts);

        uint256 from = Partition.bound(position.length, part);
        disputed.from = part == 0 ? position.start : bytes32(list[32 * part - 32:32 * part]);
        disputed.to = bytes32(list[32 * part:32 * part + 32]);
        // SAFETY of the casts: positions on record have first + length <= 2^40.
        disputed.first = position.first + uint64(from);
        disputed.length = uint64(Partition.bound(position.length, part + 1) - from);
    }

    function requireRunning(Game storage g) private view returns (Claim storage c) {
        if (g.status != GameStatus.Running) revert GameNotRunning(g.status);
        c = claims[g.claimId];
        // INVARIANT: a dead claim's other games are void: no move, no timeout.
        if (c.status != ClaimStatus.Live) revert ClaimNotLive(c.status);
    }

    function requireSingleStep(uint8 actualLevel, uint8 level, uint64 length) private pure {
        if (actualLevel != level) revert LevelWrong(actualLevel);
        if (length != 1) revert PartIsNotSingleStep(length);
    }

    /// @dev The mover's list over an interval; it must end elsewhere than the disputed state.
    function takeStates(Cursor memory cursor, uint64 length, bytes32 disputedEnd)
        private
        pure
        returns (bytes calldata states)
    {
        states = cursor.bytesOf(32 * Partition.parts(length));
        // INVARIANT: whoever copies the right states must append a false end.
        if (bytes32(states[states.length - 32:]) == disputedEnd) revert EndNotDisputed();
    }

    /// @dev Records a new position, and gives the turn to the other side.
    function post(
        GameId gameId,
        Game storage g,
        Side poster,
        uint256 part,
        Position memory position,
        bytes memory states
    ) private {
        uint32 move = g.move + 1;
        g.move = move;
        g.onTurn = other(poster);
        g.position = Commitments.position(gameId, move, poster, position, keccak256(states));
        // The list is emitted because its poster may be a contract, whose calldata nobody sees.
        // SAFETY of the cast: a position has at most 16 parts.
        emit Moved(gameId, move, poster, uint8(part), uint64(block.timestamp), position, states);
    }

    /// @dev Ends a running game.
    function conclude(GameId gameId, Game storage g, Side winner, Ending ending) private {
        ClaimId claimId = g.claimId;
        Claim storage c = claims[claimId];
        uint32 running = c.openGames;
        c.openGames = running - 1;
        uint256 bond = bondOf(g);
        if (winner == Side.Challenger) {
            g.status = GameStatus.ChallengerWon;
            emit GameEnded(gameId, claimId, GameStatus.ChallengerWon, ending);
            kill(claimId, c, running);
            addCredit(g.challenger, bond + rewardOf(c));
        } else {
            g.status = GameStatus.ServerWon;
            emit GameEnded(gameId, claimId, GameStatus.ServerWon, ending);
            addCredit(c.server, challengeBond);
            // INVARIANT: what crowding has added burns, else a liar could crowd his own claim for nothing.
            addCredit(DEAD, bond - challengeBond);
        }
    }

    /// @dev What the game's challenge deposited.
    function bondOf(Game storage g) private view returns (uint256) {
        return challengeBond * (1 + uint256(g.ahead));
    }

    /// @inheritdoc IHub
    function challengeBondDue(ClaimId claimId) public view returns (uint256) {
        return challengeBond * (1 + uint256(claims[claimId].openGames));
    }

    function other(Side side) private pure returns (Side) {
        return side == Side.Server ? Side.Challenger : Side.Server;
    }

    /// @inheritdoc IHub
    function getGame(GameId gameId) external view returns (Game memory) {
        return games[gameId];
    }
}
