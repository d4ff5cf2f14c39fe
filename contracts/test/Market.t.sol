// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    AlreadyDelivered,
    BondTooSmall,
    BufferTooLong,
    CalldataNotCanonical,
    ClaimNotLive,
    ClaimsAreLive,
    DeadlineNotPassed,
    DeadlinePassed,
    DeliveryFailed,
    DeliveryStarved,
    EvidenceTooLong,
    EvidenceTooShort,
    ModelOutOfBounds,
    ModelUnknown,
    NoCallback,
    NotAContract,
    NotTheNamedServer,
    NothingToWithdraw,
    OutputMismatch,
    ParametersUnsound,
    PaymentRefused,
    ProofMismatch,
    RequestNotFinal,
    RequestNotOpen,
    ResultStatusInvalid,
    TrailingZero,
    UriTooLong,
    WindowOpen
} from "../src/lib/Errors.sol";
import {Deliveries} from "../src/hub/Deliveries.sol";
import {GraphStep} from "../src/model/GraphStep.sol";
import {Hub} from "../src/hub/Hub.sol";
import {IHub} from "../src/hub/IHub.sol";
import {IModelRegistry} from "../src/model/IModelRegistry.sol";
import {IResultReceiver} from "../src/hub/IResultReceiver.sol";
import {
    Availability,
    Claim,
    ClaimId,
    ClaimStatus,
    GameId,
    GameStatus,
    Model,
    ModelId,
    Parameters,
    Request,
    RequestId,
    RequestStatus,
    Terms
} from "../src/lib/Types.sol";
import {Step} from "../src/machine/Step.sol";
import {Cheats} from "./Forge.sol";
import {Trees} from "./Toy.sol";
import {World} from "./World.sol";

/// @notice A requester's contract with every bad habit.
contract Receiver is IResultReceiver {
    enum Habit {
        Good,
        Reverts,
        BurnsAllGas,
        ReturnsABomb,
        RevertsWithABomb,
        CallsBack
    }

    Habit public habit;
    Hub public hub;
    uint256 public provisional;
    uint256 public finals;
    bool public referenced;
    uint8 public resultStatus;
    bytes public output;
    uint256 public gasGiven;
    bool public calledBackOk;

    address private deliveries;

    constructor(Hub hub_) {
        hub = hub_;
        deliveries = hub_.deliveries();
    }

    function set(Habit habit_) external {
        habit = habit_;
    }

    function onProvisional(RequestId, ClaimId claimId, uint8 status, bool ref, bytes calldata data) external {
        gasGiven = gasleft();
        misbehave(abi.encodeCall(Deliveries.deliverProvisional, (claimId, data)));
        ++provisional;
        (resultStatus, referenced, output) = (status, ref, data);
    }

    function onFinal(RequestId requestId, ClaimId, uint8 status, bool ref, bytes calldata data) external {
        misbehave(abi.encodeCall(Deliveries.deliverFinal, (requestId, data)));
        ++finals;
        (resultStatus, referenced, output) = (status, ref, data);
    }

    function misbehave(bytes memory again) private {
        if (habit == Habit.Reverts) revert("no");
        if (habit == Habit.BurnsAllGas) {
            while (true) {}
        }
        if (habit == Habit.ReturnsABomb) {
            assembly {
                return(0, 60000)
            }
        }
        if (habit == Habit.RevertsWithABomb) {
            assembly {
                revert(0, 60000)
            }
        }
        if (habit == Habit.CallsBack) (calledBackOk,) = deliveries.call(again);
    }

    function withdraw(address to) external {
        hub.withdraw(to);
    }

    receive() external payable {
        if (habit == Habit.Reverts) revert("no");
        if (habit == Habit.BurnsAllGas) {
            while (true) {}
        }
        if (habit == Habit.CallsBack) {
            (calledBackOk,) = address(hub).call(abi.encodeCall(IHub.withdraw, (address(this))));
        }
    }
}

/// @title Models, requests, claims, money and deliveries
contract MarketTest is World {
    function call(address who, uint256 value, bytes memory data) private returns (bool ok) {
        (ok,) = send(who, address(hub), value, data);
    }

    function outputOf(Player memory p) private view returns (bytes memory) {
        return trimmed(bytes.concat(bytes8(slotsOf(p, steps())[1])));
    }

    // ------------------------------------------------------------------ models

    function test_registerTwiceIsANoOp() public {
        uint256 before = uint256(keccak256(abi.encode(registry.get(modelId))));
        vm.recordLogs();
        vm.prank(MALLORY);
        ModelId again = registry.register(model, "https://wrong.example");
        check(ModelId.unwrap(again) == ModelId.unwrap(modelId), "the same id");
        equal(uint256(keccak256(abi.encode(registry.get(modelId)))), before, "the same fields");
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        equal(logs.length, 1, "one event");
        equal(logs[0].topics[0], IModelRegistry.ModelPublished.selector, "another place, by its publisher");
        // A model with another field is another model.
        model.loops = 8;
        check(ModelId.unwrap(registry.register(model, "")) != ModelId.unwrap(modelId), "another id");
    }

    function refuse(Model memory m) private {
        bytes memory data = abi.encodeCall(IModelRegistry.register, (m, ""));
        refused(ModelOutOfBounds.selector, ALICE, address(registry), 0, data);
    }

    function copy() private view returns (Model memory m) {
        return model;
    }

    function test_modelsKeepTheirBounds() public {
        Model memory m = copy();
        (m.graphDepth, m.slotDepth) = (24, 24);
        (m.nodeCount, m.loops) = (1 << 24, 1 << 16);
        (m.inputSlot, m.outputSlot) = ((1 << 24) - 1, (1 << 24) - 1);
        (m.inputDepth, m.inputBytes) = (32, uint64(32) << 32);
        (m.outputDepth, m.outputBytes) = (32, type(uint32).max);
        registry.register(m, ""); // everything at its bound

        m = copy();
        m.graphDepth = 25;
        refuse(m);
        m = copy();
        m.slotDepth = 25;
        refuse(m);
        m = copy();
        m.inputDepth = 33;
        refuse(m);
        m = copy();
        m.outputDepth = 33;
        refuse(m);
        m = copy();
        m.nodeCount = 0;
        refuse(m);
        m = copy(); // graphDepth 2 holds four
        m.nodeCount = 5;
        refuse(m);
        m = copy();
        m.loops = 0;
        refuse(m);
        m = copy();
        m.loops = uint64(1 << 40) / 3 + 1;
        refuse(m);
        m = copy();
        m.nodeCount = 4;
        m.loops = type(uint64).max;
        refuse(m);
        m = copy();
        m.inputSlot = 4;
        refuse(m);
        m = copy();
        m.outputSlot = 4;
        refuse(m);
        m = copy();
        m.inputBytes = 33;
        refuse(m);
        m = copy();
        m.outputBytes = 33;
        refuse(m);
        m = copy();
        m.outputDepth = 20;
        m.outputBytes = 24_577;
        registry.register(m, ""); // claimed by its root
        m.outputGiven = true;
        refuse(m);
        bytes memory data = abi.encodeCall(IModelRegistry.get, (ModelId.wrap(0)));
        refused(ModelUnknown.selector, ALICE, address(registry), 0, data);
    }

    // ------------------------------------------------------------------ deployments

    function deployWith(Parameters memory p, address step) external returns (Hub) {
        return new Hub(address(registry), address(new GraphStep()), step, "v", p);
    }

    function refuseParameters(Parameters memory p) private {
        address step = address(new Step());
        bytes memory data = abi.encodeCall(this.deployWith, (p, step));
        refused(ParametersUnsound.selector, ALICE, address(this), 0, data);
    }

    function test_unsoundParametersAreRefused() public {
        Parameters memory p = parameters();
        p.window = 0;
        refuseParameters(p);
        p = parameters();
        p.allowance = 0;
        refuseParameters(p);
        p = parameters();
        p.window = type(uint64).max;
        refuseParameters(p);
        p = parameters();
        p.allowance = type(uint64).max;
        refuseParameters(p);
        p = parameters();
        p.challengeBond = 0;
        refuseParameters(p);
        p = parameters();
        p.claimBond = 4 * p.challengeBond - 1;
        refuseParameters(p);
        p = parameters();
        p.challengerShare = 2501;
        refuseParameters(p);
        bytes memory data = abi.encodeCall(this.deployWith, (parameters(), ALICE));
        refused(NotAContract.selector, ALICE, address(this), 0, data);
    }

    function test_parametersAreReadable() public view {
        check(hub.window() == WINDOW && hub.allowance() == ALLOWANCE, "times");
        check(hub.claimBond() == CLAIM_BOND && hub.challengeBond() == CHALLENGE_BOND, "bonds");
        check(hub.challengerShare() == 2500 && hub.requesterShare() == 2500, "shares");
        check(hub.registry() == address(registry) && hub.machineVersion() == "opml/1/rv64im", "parts");
        check(hub.graphStep().code.length != 0 && hub.step().code.length != 0, "verifiers");
    }

    function test_contractsFitIntoTheCodeLimit() public view {
        check(address(hub).code.length <= 24_576, "hub");
        check(address(registry).code.length <= 24_576, "registry");
        check(hub.graphStep().code.length <= 24_576, "graph step");
        check(hub.step().code.length <= 24_576, "step");
        check(hub.inputs().code.length <= 24_576, "inputs");
    }

    // ------------------------------------------------------------------ requests

    function test_requestsAreOpenedAndExpire() public {
        bytes memory data = abi.encodeCall(IHub.request, (ModelId.wrap(0), terms(), INPUT));
        refused(ModelUnknown.selector, ALICE, address(hub), FEE, data);
        Terms memory t = terms();
        t.deadline = uint64(block.timestamp - 1);
        refused(DeadlinePassed.selector, ALICE, address(hub), FEE, abi.encodeCall(IHub.request, (modelId, t, INPUT)));

        RequestId r = openRequest();
        RequestId second = openRequest();
        check(RequestId.unwrap(r) != RequestId.unwrap(second), "the nonce tells equal requests apart");
        equal(hub.nonce(ALICE), 2, "two requests");
        equal(hub.getRequest(r).inputRoot, bytes32(INPUT), "the root of eight bytes at depth 0");

        bytes memory expiry = abi.encodeCall(IHub.expire, (r));
        vm.warp(hub.getRequest(r).deadline);
        refused(DeadlineNotPassed.selector, MALLORY, address(hub), 0, expiry);
        ClaimId c = makeClaim(r, liar(SIMON, 3, 0)); // at the last second
        vm.warp(block.timestamp + 1);
        refused(ClaimsAreLive.selector, MALLORY, address(hub), 0, expiry);
        bytes memory late = claimCall(r, honest(VERA));
        refused(DeadlinePassed.selector, VERA, address(hub), 10 ether, late);
        Board memory b = openGame(c, honest(VERA));
        play(b, liar(SIMON, 3, 0), honest(VERA));
        // The claim died behind the deadline: whoever held back because of it has a window.
        refused(DeadlineNotPassed.selector, MALLORY, address(hub), 0, expiry);
        afterWindow();
        must(MALLORY, address(hub), 0, expiry);
        check(statusOf(r) == RequestStatus.Expired, "expired");
        equal(hub.credit(ALICE), FEE + CLAIM_BOND / 4, "the fee and a quarter of the dead bond");
        refused(RequestNotOpen.selector, MALLORY, address(hub), 0, expiry);
        refused(RequestNotOpen.selector, VERA, address(hub), 10 ether, late);
    }

    function test_referencedInputIsFlagged() public {
        Receiver receiver = new Receiver(hub);
        Terms memory t = terms();
        (t.callback, t.callbackGas) = (address(receiver), 300_000);
        vm.recordLogs();
        vm.prank(ALICE);
        RequestId r = hub.requestReferenced{value: FEE}(modelId, t, bytes32(INPUT), "ipfs://input");
        check(hub.getRequest(r).availability == Availability.Referenced, "in the request");
        Cheats.Log[] memory logs = vm.getRecordedLogs();
        (,, Availability flag,,, bytes memory uri) =
            abi.decode(logs[0].data, (uint64, bytes32, Availability, Terms, uint256, bytes));
        check(flag == Availability.Referenced && keccak256(uri) == keccak256("ipfs://input"), "in the event");
        RequestId emitted = openRequest(t);
        check(RequestId.unwrap(emitted) != RequestId.unwrap(r), "in the id");
        ClaimId c = makeClaim(r, honest(SIMON));
        deliveries.deliverProvisional(c, outputOf(honest(SIMON)));
        check(receiver.referenced(), "in the callback");
        deliveries.deliverProvisional(makeClaim(emitted, honest(SIMON)), outputOf(honest(SIMON)));
        check(!receiver.referenced(), "and only there");
        bytes memory data = abi.encodeCall(IHub.requestReferenced, (ModelId.wrap(0), t, 0, ""));
        refused(ModelUnknown.selector, ALICE, address(hub), FEE, data);
    }

    function test_idsDifferAcrossDeployments() public {
        Hub other = deploy();
        Terms memory t = terms();
        vm.prank(ALICE);
        RequestId here = hub.request(modelId, t, INPUT);
        vm.prank(ALICE);
        RequestId there = other.request(modelId, t, INPUT);
        check(RequestId.unwrap(here) != RequestId.unwrap(there), "another hub, another id");
        uint256 before = vm.snapshotState();
        vm.chainId(77);
        vm.prank(MALLORY);
        RequestId onThisChain = hub.request(modelId, t, INPUT);
        vm.revertToState(before);
        vm.chainId(78);
        vm.prank(MALLORY);
        RequestId onThatChain = hub.request(modelId, t, INPUT);
        check(RequestId.unwrap(onThisChain) != RequestId.unwrap(onThatChain), "another chain, another id");
        refused(RequestNotOpen.selector, SIMON, address(other), CLAIM_BOND, claimCall(here, honest(SIMON)));
    }

    /// Every buffer that is not the shortest is refused, so equal contents have equal ids.
    function test_oneEncodingOfABuffer() public {
        bytes memory data = abi.encodeCall(IHub.request, (modelId, terms(), hex"0700"));
        refused(TrailingZero.selector, ALICE, address(hub), FEE, data);
        data = abi.encodeCall(IHub.request, (modelId, terms(), hex"00"));
        refused(TrailingZero.selector, ALICE, address(hub), FEE, data);
        data = abi.encodeCall(IHub.request, (modelId, terms(), hex"070000000000000001"));
        refused(BufferTooLong.selector, ALICE, address(hub), FEE, data);
        for (uint256 length = 0; length <= 8; ++length) {
            bytes memory input = new bytes(length);
            if (length != 0) input[length - 1] = 0x05;
            data = abi.encodeCall(IHub.request, (modelId, terms(), input));
            RequestId r = abi.decode(must(ALICE, address(hub), FEE, data), (RequestId));
            equal(hub.getRequest(r).inputRoot, bytes32(input), "the root of the padded bytes");
        }
        // An output: the same bytes with a zero behind them are refused, and so are too many.
        RequestId asked = openRequest();
        bytes32[4] memory slots = slotsAt[21];
        slots[1] = bytes32(bytes1(0x09));
        bytes memory proof = Trees.proof(leaves(slots), 0, 1, 2);
        bytes32 root = slotsRoot(slots);
        refuseClaim(asked, TrailingZero.selector, 1, root, bytes.concat(bytes4(uint32(2)), hex"0900", proof));
        bytes memory nine = bytes.concat(bytes4(uint32(9)), hex"090000000000000001", proof);
        refuseClaim(asked, BufferTooLong.selector, 1, root, nine);
        data = abi.encodeCall(IHub.claim, (asked, 1, root, bytes.concat(bytes4(uint32(1)), hex"09", proof)));
        must(SIMON, address(hub), CLAIM_BOND, data);
        // nothing but zeros is no byte at all
        slots[1] = 0;
        proof = Trees.proof(leaves(slots), 0, 1, 2);
        data = abi.encodeCall(IHub.claim, (asked, 1, slotsRoot(slots), bytes.concat(bytes4(0), proof)));
        must(SIMON, address(hub), 2 * CLAIM_BOND, data);
    }

    function test_placesAreShort() public {
        bytes memory longest = new bytes(256);
        bytes memory tooLong = new bytes(257);
        must(ALICE, address(hub), FEE, abi.encodeCall(IHub.requestReferenced, (modelId, terms(), 0, longest)));
        bytes memory data = abi.encodeCall(IHub.requestReferenced, (modelId, terms(), 0, tooLong));
        refused(UriTooLong.selector, ALICE, address(hub), FEE, data);
        registry.register(model, longest);
        data = abi.encodeCall(IModelRegistry.register, (model, tooLong));
        refused(UriTooLong.selector, ALICE, address(registry), 0, data);
    }

    // ------------------------------------------------------------------ claims

    function test_outputIsBoundAtClaim() public {
        RequestId r = openRequest();
        bytes32[4] memory slots = slotsAt[21];
        bytes memory proof = Trees.proof(leaves(slots), 0, 1, 2);
        bytes32 root = slotsRoot(slots);
        bytes memory output = packed(slots[1]);
        bytes memory other = packed(slots[1] ^ bytes32(bytes8(uint64(1) << 63)));
        refuseClaim(r, ProofMismatch.selector, 1, root, bytes.concat(other, proof));
        refuseClaim(r, ProofMismatch.selector, 1, bytes32(uint256(1)), bytes.concat(output, proof));
        refuseClaim(r, ProofMismatch.selector, 1, root, bytes.concat(output, Trees.proof(leaves(slots), 0, 2, 2)));
        refuseClaim(r, EvidenceTooLong.selector, 1, root, bytes.concat(output, proof, hex"00"));
        refuseClaim(r, EvidenceTooShort.selector, 1, root, bytes.concat(output));
        refuseClaim(r, EvidenceTooShort.selector, 1, root, "");
        refuseClaim(r, ResultStatusInvalid.selector, 2, root, bytes.concat(output, proof));
        refuseClaim(r, ResultStatusInvalid.selector, 3, root, bytes.concat(output, proof));
        refuseClaim(r, ResultStatusInvalid.selector, 3, 0, "");
        refuseClaim(r, EvidenceTooLong.selector, 2, 0, output);
        makeClaim(r, honest(SIMON));
        must(SIMON, address(hub), 2 * CLAIM_BOND, abi.encodeCall(IHub.claim, (r, 2, 0, "")));
    }

    function refuseClaim(RequestId r, bytes4 error, uint8 status, bytes32 root, bytes memory evidence) private {
        refused(error, SIMON, address(hub), CLAIM_BOND, abi.encodeCall(IHub.claim, (r, status, root, evidence)));
    }

    function test_namedServerAloneMayClaim() public {
        Terms memory t = terms();
        t.server = SIMON;
        RequestId r = openRequest(t);
        refused(NotTheNamedServer.selector, MALLORY, address(hub), CLAIM_BOND, claimCall(r, honest(MALLORY)));
        makeClaim(r, honest(SIMON));
        // Without a name a copy of a right claim is one more right claim: the copyist's money, the first one's fee.
        r = openRequest();
        ClaimId first = makeClaim(r, honest(SIMON));
        ClaimId second = makeClaim(r, honest(MALLORY));
        afterWindow();
        hub.resolve(first);
        hub.resolve(second);
        equal(hub.credit(SIMON), CLAIM_BOND + FEE, "bond and fee");
        equal(hub.credit(MALLORY), 2 * CLAIM_BOND, "the bond alone");
    }

    function test_honestClaimEntersBesideWrongOnes() public {
        RequestId r = openRequest();
        ClaimId[] memory wrong = new ClaimId[](3);
        Board[] memory games = new Board[](3);
        for (uint256 i = 0; i < 3; ++i) {
            equal(hub.bondDue(r), (i + 1) * CLAIM_BOND, "each bond is higher by one");
            wrong[i] = makeClaim(r, liar(MALLORY, i, 0));
        }
        ClaimId right = makeClaim(r, honest(SIMON));
        equal(hub.getClaim(right).bond, 4 * CLAIM_BOND, "the fourth");
        for (uint256 i = 0; i < 3; ++i) {
            games[i] = openGame(wrong[i], honest(VERA));
        }
        vm.warp(block.timestamp + ALLOWANCE + 1);
        for (uint256 i = 0; i < 3; ++i) {
            hub.timeout(games[i].id);
        }
        equal(hub.bondDue(r), 2 * CLAIM_BOND, "dead claims do not count");
        afterWindow();
        hub.resolve(right);
        check(statusOf(r) == RequestStatus.Final, "final");
        check(ClaimId.unwrap(hub.getRequest(r).finalClaim) == ClaimId.unwrap(right), "by the right claim");
        equal(hub.bondDue(r), CLAIM_BOND, "none lives");
        holdsNothingElse();
    }

    function test_surplusBondIsCredited() public {
        RequestId r = openRequest();
        bytes memory mine = claimCall(r, honest(SIMON));
        refused(BondTooSmall.selector, SIMON, address(hub), CLAIM_BOND - 1, mine);
        makeClaim(r, honest(MALLORY));
        // Simon's deposit for one is too small now; one with room passes, and gets the rest back.
        refused(BondTooSmall.selector, SIMON, address(hub), CLAIM_BOND, mine);
        must(SIMON, address(hub), 5 * CLAIM_BOND, mine);
        equal(hub.credit(SIMON), 3 * CLAIM_BOND, "the surplus");
    }

    function test_killedRightClaimCanBePostedAgain() public {
        this.killedAndPostedAgain(1 days);
        this.killedAndPostedAgain(ALLOWANCE / 2); // the claim dies behind the deadline
    }

    /// @dev A call of its own, since the optimizer takes one call's time for constant.
    function killedAndPostedAgain(uint64 time) external {
        Terms memory t = terms();
        t.deadline = uint64(block.timestamp) + time;
        RequestId r = openRequest(t);
        ClaimId c = makeClaim(r, honest(SIMON));
        Player memory mallory = liar(MALLORY, 4, 0);
        Board memory b = openGame(c, mallory);
        vm.warp(block.timestamp + ALLOWANCE + 1);
        hub.timeout(b.id); // the server was absent
        check(statusOf(c) == ClaimStatus.Dead && statusOf(r) == RequestStatus.Open, "the request stays open");
        ClaimId again = makeClaim(r, honest(SIMON));
        check(ClaimId.unwrap(again) != ClaimId.unwrap(c), "the same result under another id");
        afterWindow();
        hub.resolve(again);
        check(statusOf(r) == RequestStatus.Final, "final");
    }

    /// Optimism, Sherlock 148: no instant at which a claim can be both challenged and resolved.
    function test_resolveAndChallengeNeverBothValid() public {
        RequestId r = openRequest();
        ClaimId c = makeClaim(r, honest(SIMON));
        Board memory b;
        bytes memory challenge = challengeCall(c, listOf(liar(VERA, 4, 0), b, 0, steps()));
        uint256 end = block.timestamp + WINDOW;
        for (uint256 t = end - 2; t < end + 3; ++t) {
            vm.warp(t);
            uint256 before = vm.snapshotState();
            bool resolved = call(ALICE, 0, abi.encodeCall(IHub.resolve, (c)));
            vm.revertToState(before);
            bool challenged = call(VERA, CHALLENGE_BOND, challenge);
            vm.revertToState(before);
            check(resolved != challenged, "exactly one");
        }
    }

    /// Cartesi 15: a winner who comes late finds his money where it was.
    function test_waitingLosesNothing() public {
        RequestId r = openRequest();
        ClaimId c = makeClaim(r, honest(SIMON));
        vm.warp(block.timestamp + 3650 days);
        hub.resolve(c);
        vm.warp(block.timestamp + 3650 days);
        uint256 balance = SIMON.balance;
        must(SIMON, address(hub), 0, abi.encodeCall(IHub.withdraw, (SIMON)));
        equal(SIMON.balance - balance, CLAIM_BOND + FEE, "all of it");
    }

    // ------------------------------------------------------------------ money

    function test_everyWeiOnce() public {
        uint256 paidIn = address(hub).balance;
        equal(paidIn, 0, "empty at first");
        RequestId r = openRequest();
        ClaimId wrong = makeClaim(r, liar(MALLORY, 4, 0));
        ClaimId right = makeClaim(r, honest(SIMON));
        ClaimId late = makeClaim(r, honest(VERA));
        Board memory b = openGame(wrong, honest(VERA));
        Board memory other = openGame(wrong, honest(SIMON));
        Board memory sham = openGame(right, liar(MALLORY, 4, 0));
        uint256 deposits = FEE + 6 * uint256(CLAIM_BOND) + 4 * uint256(CHALLENGE_BOND);
        equal(address(hub).balance, deposits, "all is there");
        check(move(honest(SIMON), sham), "the honest server answers");
        vm.warp(block.timestamp + ALLOWANCE + 1);
        hub.timeout(b.id);
        hub.timeout(sham.id);
        hub.reclaim(other.id);
        afterWindow();
        hub.resolve(right);
        hub.resolve(late);
        check(statusOf(late) == ClaimStatus.Superseded, "superseded");
        // once only
        refused(ClaimNotLive.selector, ALICE, address(hub), 0, abi.encodeCall(IHub.resolve, (right)));
        refused(ClaimNotLive.selector, ALICE, address(hub), 0, abi.encodeCall(IHub.resolve, (late)));
        refused(RequestNotOpen.selector, ALICE, address(hub), 0, abi.encodeCall(IHub.expire, (r)));

        uint256 quarter = uint256(CLAIM_BOND) / 4;
        equal(
            hub.credit(VERA), CHALLENGE_BOND + quarter / 2 + 3 * uint256(CLAIM_BOND), "the winner, and her late claim"
        );
        equal(hub.credit(ALICE), quarter, "the requester");
        equal(
            hub.credit(SIMON),
            2 * uint256(CLAIM_BOND) + FEE + 3 * uint256(CHALLENGE_BOND) + quarter / 2,
            "the server, who challenged, too"
        );
        equal(hub.credit(MALLORY), 0, "the liar");
        equal(hub.credit(DEAD), CLAIM_BOND - quarter - quarter / 2 * 2, "burnt is the rest, rounding with it");
        holdsNothingElse();

        address[3] memory who = [ALICE, SIMON, VERA];
        for (uint256 i = 0; i < 3; ++i) {
            bytes memory out = abi.encodeCall(IHub.withdraw, (who[i]));
            must(who[i], address(hub), 0, out);
            refused(NothingToWithdraw.selector, who[i], address(hub), 0, out);
        }
        hub.burn();
        equal(address(hub).balance, 0, "every wei has left, once");
        equal(DEAD.balance, CLAIM_BOND - quarter - quarter / 2 * 2, "burnt");
        refused(NothingToWithdraw.selector, ALICE, address(hub), 0, abi.encodeCall(IHub.burn, ()));
    }

    /// Cartesi 18: a payee that rejects, burns gas or calls back blocks nobody else's money, nor any settlement.
    function test_hostilePayeeBlocksOnlyItself() public {
        Receiver receiver = new Receiver(hub);
        vm.deal(address(receiver), 1 ether);
        Terms memory t = terms();
        t.deadline = uint64(block.timestamp);
        vm.prank(address(receiver));
        RequestId r = hub.request{value: FEE}(modelId, t, INPUT);
        vm.warp(block.timestamp + 1);
        hub.expire(r);
        receiver.set(Receiver.Habit.Reverts);
        bytes memory out = abi.encodeCall(Receiver.withdraw, (address(receiver)));
        refused(PaymentRefused.selector, ALICE, address(receiver), 0, out);
        receiver.set(Receiver.Habit.BurnsAllGas);
        (bool ok,) = address(receiver).call{gas: 1_000_000}(out);
        check(!ok && hub.credit(address(receiver)) == FEE, "its credit is untouched");
        receiver.set(Receiver.Habit.CallsBack);
        must(ALICE, address(receiver), 0, out);
        check(!receiver.calledBackOk(), "re-entering finds no credit");
        equal(address(receiver).balance, 1 ether, "its fee, once");
        equal(address(hub).balance, 0, "nothing is left");
    }

    function test_withdrawNeedsAnAddress() public {
        refused(PaymentRefused.selector, ALICE, address(hub), 0, abi.encodeCall(IHub.withdraw, (address(0))));
        (bool ok,) = send(ALICE, address(hub), 1, "");
        check(!ok, "the hub takes no money without a call");
    }

    // ------------------------------------------------------------------ deliveries

    function withCallback() private returns (Receiver receiver, RequestId r, ClaimId c) {
        receiver = new Receiver(hub);
        Terms memory t = terms();
        (t.callback, t.callbackGas) = (address(receiver), 300_000);
        r = openRequest(t);
        c = makeClaim(r, honest(SIMON));
    }

    function test_deliveriesAreMadeOnceEach() public {
        (Receiver receiver, RequestId r, ClaimId c) = withCallback();
        bytes memory output = outputOf(honest(SIMON));
        bytes memory early = abi.encodeCall(Deliveries.deliverFinal, (r, output));
        bytes memory provisional = abi.encodeCall(Deliveries.deliverProvisional, (c, output));
        refused(RequestNotFinal.selector, ALICE, address(deliveries), 0, early);
        refused(
            OutputMismatch.selector,
            ALICE,
            address(deliveries),
            0,
            abi.encodeCall(Deliveries.deliverProvisional, (c, hex"00"))
        );
        must(ALICE, address(deliveries), 0, provisional);
        refused(AlreadyDelivered.selector, ALICE, address(deliveries), 0, provisional);
        equal(receiver.provisional(), 1, "provisional");
        afterWindow();
        hub.resolve(c);
        refused(ClaimNotLive.selector, ALICE, address(deliveries), 0, provisional);
        must(MALLORY, address(deliveries), 0, early);
        refused(AlreadyDelivered.selector, ALICE, address(deliveries), 0, early);
        check(receiver.provisional() == 1 && receiver.finals() == 1, "once each");
        check(keccak256(receiver.output()) == keccak256(output) && receiver.resultStatus() == 1, "the output");
        // without a callback there is nothing to deliver
        c = makeClaim(openRequest(), honest(SIMON));
        refused(
            NoCallback.selector,
            ALICE,
            address(deliveries),
            0,
            abi.encodeCall(Deliveries.deliverProvisional, (c, output))
        );
    }

    function test_hostileCallbackCannotBlock() public {
        for (uint256 h = 1; h < 6; ++h) {
            (Receiver receiver, RequestId r, ClaimId c) = withCallback();
            receiver.set(Receiver.Habit(h));
            bytes memory output = outputOf(honest(SIMON));
            bytes memory data = abi.encodeCall(Deliveries.deliverProvisional, (c, output));
            uint256 gasBefore = gasleft();
            (bool ok, bytes memory answer) = send(ALICE, address(deliveries), 0, data);
            check(gasBefore - gasleft() < 500_000, "it costs what was promised, no more");
            bool fails = h == 1 || h == 2 || h == 4;
            check(ok == !fails, "reverting and burning gas fail, the others pass");
            check(ok || bytes4(answer) == DeliveryFailed.selector, "a failed delivery");
            check(answer.length <= 4, "no returned bytes are copied");
            check(deliveries.provisionalDelivered(c) == ok, "a failure leaves the flag unset");
            if (h == 5) check(!receiver.calledBackOk() && receiver.provisional() == 1, "re-entering delivers nothing");
            afterWindow();
            uint256 credit = hub.credit(SIMON);
            hub.resolve(c);
            equal(hub.credit(SIMON) - credit, CLAIM_BOND + FEE, "the settlement does not care");
            data = abi.encodeCall(Deliveries.deliverFinal, (r, output));
            if (fails) {
                refused(DeliveryFailed.selector, ALICE, address(deliveries), 0, data);
                receiver.set(Receiver.Habit.Good);
                must(ALICE, address(deliveries), 0, data); // it may be tried again
            } else {
                must(ALICE, address(deliveries), 0, data);
                if (h == 5) check(!receiver.calledBackOk() && receiver.finals() == 1, "once");
            }
        }
    }

    function test_starvedDeliveryIsRefused() public {
        (Receiver receiver,, ClaimId c) = withCallback();
        bytes memory data = abi.encodeCall(Deliveries.deliverProvisional, (c, outputOf(honest(SIMON))));
        uint256 delivered;
        for (uint256 limit = 100_000; limit < 420_000; limit += 4_000) {
            uint256 before = vm.snapshotState();
            vm.prank(MALLORY);
            (bool ok,) = address(deliveries).call{gas: limit}(data);
            if (ok) {
                ++delivered;
                check(receiver.gasGiven() > 300_000 - 5_000, "the callback had its gas");
            }
            check(receiver.provisional() == (ok ? 1 : 0), "all or nothing");
            vm.revertToState(before);
        }
        check(delivered > 3, "with enough gas it is delivered");
        vm.prank(MALLORY);
        (, bytes memory answer) = address(deliveries).call{gas: 300_000}(data);
        check(bytes4(answer) == DeliveryStarved.selector, "and refused by name without");
    }

    // ------------------------------------------------------------------ one form of calldata

    /// Cartesi 6, Optimism 004-M: one call has one encoding, at every entry point outside the games.
    function test_trailingBytesAreRefusedEverywhere() public {
        RequestId r = openRequest();
        Player memory wrong = liar(MALLORY, 4, 0);
        ClaimId dead = makeClaim(r, wrong);
        Board memory b = openGame(dead, honest(VERA));
        Board memory other = openGame(dead, honest(VERA));
        vm.warp(block.timestamp + ALLOWANCE + 1);
        slack(MALLORY, 0, abi.encodeCall(IHub.timeout, (b.id)));
        slack(MALLORY, 0, abi.encodeCall(IHub.reclaim, (other.id)));
        ClaimId c = abi.decode(slack(SIMON, CLAIM_BOND, claimCall(r, honest(SIMON))), (ClaimId));
        afterWindow();
        slack(SIMON, 0, abi.encodeCall(IHub.resolve, (c)));
        slack(VERA, 0, abi.encodeCall(IHub.withdraw, (VERA)));
        slack(VERA, 0, abi.encodeCall(IHub.burn, ()));
        slack(ALICE, FEE, abi.encodeCall(IHub.request, (modelId, terms(), INPUT)));
        slack(ALICE, FEE, abi.encodeCall(IHub.requestReferenced, (modelId, terms(), 0, "uri")));
        Terms memory t = terms();
        t.deadline = uint64(block.timestamp);
        r = openRequest(t);
        vm.warp(block.timestamp + 1);
        slack(ALICE, 0, abi.encodeCall(IHub.expire, (r)));
        (, r, c) = withCallback();
        slack(address(deliveries), abi.encodeCall(Deliveries.deliverProvisional, (c, outputOf(honest(SIMON)))));
        afterWindow();
        hub.resolve(c);
        slack(address(deliveries), abi.encodeCall(Deliveries.deliverFinal, (r, outputOf(honest(SIMON)))));
        bytes memory data = abi.encodeCall(IModelRegistry.register, (model, "uri"));
        refused(CalldataNotCanonical.selector, ALICE, address(registry), 0, bytes.concat(data, hex"00"));
        data[data.length - 1] = 0x01; // dirty padding
        refused(CalldataNotCanonical.selector, ALICE, address(registry), 0, data);
    }

    /// @dev The call is refused with bytes behind it, one or a word; and goes through without.
    function slack(address who, uint256 value, bytes memory data) private returns (bytes memory) {
        return slack(who, address(hub), value, data);
    }

    function slack(address to, bytes memory data) private {
        slack(ALICE, to, 0, data);
    }

    function slack(address who, address to, uint256 value, bytes memory data) private returns (bytes memory) {
        refused(CalldataNotCanonical.selector, who, to, value, bytes.concat(data, hex"00"));
        refused(CalldataNotCanonical.selector, who, to, value, bytes.concat(data, bytes32(0)));
        return must(who, to, value, data);
    }

    /// A gap between head and bytes, and bytes that overlap the head: same meaning, other encoding.
    function test_offsetsAreCanonical() public {
        Terms memory t = terms();
        bytes memory head = abi.encodeWithSelector(IHub.request.selector, modelId, t);
        bytes memory late = abi.encode(uint256(7 * 32), uint256(0), uint256(1), bytes32(INPUT));
        bytes memory gap = bytes.concat(head, late);
        refused(CalldataNotCanonical.selector, ALICE, address(hub), FEE, gap);
        bytes memory dirty =
            bytes.concat(head, bytes32(uint256(6 * 32)), bytes32(uint256(1)), bytes32(INPUT) | bytes32(uint256(1)));
        refused(CalldataNotCanonical.selector, ALICE, address(hub), FEE, dirty);
        bytes memory canonical = bytes.concat(head, bytes32(uint256(6 * 32)), bytes32(uint256(1)), bytes32(INPUT));
        must(ALICE, address(hub), FEE, canonical);
    }

    function testFuzz_randomCalldataNeverChangesBalances(uint8 which, bytes memory data, uint256 value) public {
        bytes4[14] memory selectors = [
            IHub.request.selector,
            IHub.requestReferenced.selector,
            IHub.requestUploaded.selector,
            IHub.claim.selector,
            IHub.resolve.selector,
            IHub.expire.selector,
            IHub.challenge.selector,
            IHub.dissect.selector,
            IHub.refine.selector,
            IHub.execute.selector,
            IHub.timeout.selector,
            IHub.reclaim.selector,
            IHub.withdraw.selector,
            IHub.burn.selector
        ];
        makeClaim(openRequest(), liar(SIMON, 4, 0));
        uint256 held = address(hub).balance;
        uint256 credits = allCredits();
        (bool ok,) = send(MALLORY, address(hub), value % 10 ether, bytes.concat(selectors[which % 14], data));
        check(!ok, "noise is refused");
        check(address(hub).balance == held && allCredits() == credits, "no money moves");
        (ok,) = send(MALLORY, address(hub), value % 10 ether, data);
        check(!ok || address(hub).balance == held, "nor for unknown calls");
    }
}
