// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {DeadlineNotPassed, DeadlinePassed} from "../src/lib/Errors.sol";
import {IHub} from "../src/hub/IHub.sol";
import {ClaimId, ClaimStatus, GameStatus, Request, RequestId, RequestStatus, Terms} from "../src/lib/Types.sol";
import {World} from "./World.sol";

/// @title Attacks by money: denial, floods of games, and what becomes of rewards
contract SiegeTest is World {
    address private constant ACCOMPLICE = address(0xACC0);
    address private constant COPYCAT = address(0xC0B1);
    uint256 private constant QUARTER = uint256(CLAIM_BOND) / 4;

    function setUp() public override {
        super.setUp();
        vm.deal(ACCOMPLICE, 1000 ether);
        vm.deal(COPYCAT, 1000 ether);
    }

    function wealth(address who) private view returns (uint256) {
        return who.balance + hub.credit(who);
    }

    /// @dev Mallory claims rightly, has the accomplice challenge, and falls silent.
    function endOneself(RequestId r) private returns (ClaimId c) {
        c = makeClaim(r, honest(MALLORY));
        Board memory b = openGame(c, liar(ACCOMPLICE, 4, 0));
        vm.warp(block.timestamp + ALLOWANCE + 1);
        hub.timeout(b.id);
        check(statusOf(c) == ClaimStatus.Dead, "dead");
    }

    function requestUntil(uint256 deadline) private returns (RequestId) {
        Terms memory t = terms();
        t.deadline = uint64(deadline);
        return openRequest(t);
    }

    // ------------------------------------------------------------------ denial

    function test_rightClaimSuicideCannotDenyTheRequest() public {
        RequestId r = requestUntil(block.timestamp + 10 minutes);
        endOneself(r);
        check(block.timestamp > 1_800_000_000 + 10 minutes, "behind the deadline");
        Request memory open = hub.getRequest(r);
        check(open.status == RequestStatus.Open && open.extensions == 1, "the request is extended");
        equal(open.deadline, block.timestamp + WINDOW, "by a window from now");
        refused(DeadlineNotPassed.selector, MALLORY, address(hub), 0, abi.encodeCall(IHub.expire, (r)));
        vm.warp(open.deadline); // Simon, who held back, claims at the last second
        ClaimId c = makeClaim(r, honest(SIMON));
        equal(hub.getClaim(c).bond, 2 * uint256(CLAIM_BOND), "an extension asks for one bond more");
        afterWindow();
        hub.resolve(c);
        check(statusOf(r) == RequestStatus.Final, "the request is answered");
        equal(hub.credit(SIMON), 2 * uint256(CLAIM_BOND) + FEE, "and the fee is Simon's");
        equal(address(hub).balance, allCredits() + hub.credit(ACCOMPLICE), "every wei once");
    }

    function test_extensionsRaiseTheBond() public {
        RequestId r = requestUntil(block.timestamp);
        uint256 before = wealth(MALLORY) + wealth(ACCOMPLICE);
        uint256 lost;
        for (uint256 x = 1; x <= 4; ++x) {
            endOneself(r);
            equal(hub.getRequest(r).extensions, x, "one more");
            equal(hub.bondDue(r), (1 + x) * CLAIM_BOND, "one more");
            lost += x * uint256(CLAIM_BOND);
            uint256 missing = before - wealth(MALLORY) - wealth(ACCOMPLICE);
            check(missing >= lost * 3 / 4, "three quarters of each bond are gone");
        }
        // A claim that dies long before the deadline extends nothing.
        r = requestUntil(block.timestamp + ALLOWANCE + 1 + WINDOW);
        endOneself(r);
        check(hub.getRequest(r).extensions == 0 && hub.bondDue(r) == CLAIM_BOND, "there is time enough");
        // Nor does one of a request that is final.
        r = openRequest();
        ClaimId late = makeClaim(r, honest(MALLORY));
        ClaimId right = makeClaim(r, honest(SIMON));
        vm.warp(block.timestamp + WINDOW);
        Board memory b = openGame(late, liar(ACCOMPLICE, 4, 0));
        vm.warp(hub.getRequest(r).deadline);
        hub.resolve(right);
        hub.timeout(b.id);
        check(statusOf(late) == ClaimStatus.Dead && hub.getRequest(r).extensions == 0, "it is final");
    }

    function test_everyRequestEnds() public {
        uint256 deadline = block.timestamp + 1 minutes;
        RequestId r = requestUntil(deadline);
        for (uint256 x = 0; x < 3; ++x) {
            vm.warp(hub.getRequest(r).deadline); // the last second, each time
            ClaimId c = makeClaim(r, liar(MALLORY, 4, 0));
            vm.warp(block.timestamp + WINDOW);
            Board memory b = openGame(c, honest(VERA));
            vm.warp(block.timestamp + ALLOWANCE);
            check(move(liar(MALLORY, 4, 0), b), "the liar moves as late as he can");
            vm.warp(block.timestamp + ALLOWANCE);
            check(move(honest(VERA), b), "so does Vera");
            vm.warp(block.timestamp + 1);
            hub.timeout(b.id);
        }
        vm.warp(uint256(hub.getRequest(r).deadline) + 1);
        hub.expire(r);
        uint256 round = WINDOW + 2 * ALLOWANCE + 1;
        check(block.timestamp <= deadline + 1 + 3 * (round + WINDOW), "within x rounds and windows");
        bytes memory late = claimCall(r, honest(SIMON));
        (bool ok,) = send(SIMON, address(hub), 100 ether, late);
        check(!ok, "and it has ended");
    }

    // ------------------------------------------------------------------ floods

    function test_challengeBondGrowsWithOpenGames() public {
        ClaimId c = makeClaim(openRequest(), honest(SIMON));
        Board[] memory b = new Board[](3);
        for (uint256 i = 0; i < 3; ++i) {
            equal(hub.challengeBondDue(c), (i + 1) * CHALLENGE_BOND, "one more");
            b[i] = openGame(c, liar(MALLORY, i, 0));
            equal(hub.getGame(b[i].id).ahead, i, "games before it");
        }
        for (uint256 i = 0; i < 3; ++i) {
            check(move(honest(SIMON), b[i]), "answered");
        }
        vm.warp(block.timestamp + ALLOWANCE + 1);
        hub.timeout(b[1].id);
        equal(hub.challengeBondDue(c), 3 * CHALLENGE_BOND, "a game that is over crowds nobody");
    }

    function test_floodLocksQuadratically() public {
        ClaimId c = makeClaim(openRequest(), honest(SIMON));
        uint256 held = address(hub).balance;
        for (uint256 n = 1; n <= 20; ++n) {
            openGame(c, liar(MALLORY, n % 9, 0));
            equal(address(hub).balance - held, n * (n + 1) / 2 * CHALLENGE_BOND, "n(n+1)/2 bonds");
        }
    }

    function test_selfShamsBurnTheirExcess() public {
        Player memory server = liar(MALLORY, 4, 1);
        ClaimId c = makeClaim(openRequest(), server);
        uint256 before = wealth(MALLORY) + wealth(ACCOMPLICE);
        Board[] memory shams = new Board[](5);
        for (uint256 i = 0; i < 5; ++i) {
            shams[i] = openGame(c, liar(ACCOMPLICE, 6, i));
        }
        Board memory b = openGame(c, honest(VERA)); // six bonds
        equal(hub.getGame(b.id).ahead, 5, "the price of being priced out");
        for (uint256 i = 0; i < 5; ++i) {
            check(move(server, shams[i]), "the liar answers himself");
        }
        vm.warp(block.timestamp + ALLOWANCE + 1);
        for (uint256 i = 0; i < 5; ++i) {
            hub.timeout(shams[i].id);
        }
        equal(before - wealth(MALLORY) - wealth(ACCOMPLICE), 10 * uint256(CHALLENGE_BOND), "0 + 1 + 2 + 3 + 4 burnt");
        equal(hub.credit(DEAD), 10 * uint256(CHALLENGE_BOND), "burnt");
        hub.timeout(b.id);
        equal(wealth(VERA), 1000 ether + QUARTER, "Vera has her bond back, and the whole reward");
        equal(address(hub).balance, allCredits() + hub.credit(ACCOMPLICE) + FEE, "every wei once");
    }

    /// A verifier whose bond a sham has raised in the same block is not refused: what is too much comes back.
    function test_shamInFrontDelaysNoChallenge() public {
        ClaimId c = makeClaim(openRequest(), liar(MALLORY, 4, 1));
        Board memory b;
        bytes memory call = challengeCall(c, listOf(honest(VERA), b, 0, steps()));
        openGame(c, liar(ACCOMPLICE, 6, 0));
        must(VERA, address(hub), 4 * CHALLENGE_BOND, call);
        equal(hub.credit(VERA), 2 * CHALLENGE_BOND, "the surplus");
    }

    // ------------------------------------------------------------------ rewards

    /// All orders in which an honest verifier, two accounts of the liar and a copycat open their games, any of which
    /// ends the claim: the honest one never gets less than his share.
    function test_honestVerifierKeepsHisShareInEveryOrder() public {
        uint256 orders;
        for (uint256 order = 0; order < 256; ++order) {
            uint256[4] memory who = [order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6];
            if ((1 << who[0] | 1 << who[1] | 1 << who[2] | 1 << who[3]) != 15) continue;
            ++orders;
            for (uint256 killer = 0; killer < 4; ++killer) {
                uint256 before = vm.snapshotState();
                this.oneOrder(who, killer);
                vm.revertToState(before);
            }
        }
        equal(orders, 24, "all orders");
    }

    function oneOrder(uint256[4] memory order, uint256 killer) external {
        address[4] memory who = [VERA, ACCOMPLICE, SIMON, COPYCAT];
        uint256[4] memory start;
        for (uint256 i = 0; i < 4; ++i) {
            start[i] = wealth(who[i]);
        }
        ClaimId c = makeClaim(openRequest(), liar(MALLORY, 4, 1));
        // The copycat sends the very calldata of the honest one; the accomplices' lists do not matter.
        Board[4] memory games;
        for (uint256 i = 0; i < 4; ++i) {
            Player memory p = order[i] == 1 || order[i] == 2 ? liar(who[order[i]], 6, 0) : honest(who[order[i]]);
            games[order[i]] = openGame(c, p);
        }
        vm.warp(block.timestamp + ALLOWANCE + 1);
        hub.timeout(games[killer].id);
        check(statusOf(c) == ClaimStatus.Dead, "dead");
        equal(hub.getClaim(c).rewarded, 4, "four share");
        for (uint256 i = 0; i < 4; ++i) {
            if (i != killer) hub.reclaim(games[i].id);
            check(statusOf(games[i].id) == (i == killer ? GameStatus.ChallengerWon : GameStatus.Void), "one winner");
            equal(wealth(who[i]) - start[i], QUARTER / 4, "each gets the same, and his bond back");
        }
        equal(hub.credit(ALICE), QUARTER, "the requester");
        check(hub.credit(DEAD) >= CLAIM_BOND / 2, "half burns at least");
        uint256 others = hub.credit(ACCOMPLICE) + hub.credit(COPYCAT);
        equal(address(hub).balance, allCredits() + others + FEE, "every wei once");
    }

    /// Played to its end: the liar's accomplice kills the claim in the block of the honest challenge, and a copycat is
    /// first; the honest verifier, who makes no further move, is paid all the same.
    function test_whoKillsTakesNoMoreThanHisShare() public {
        Player memory server = liar(MALLORY, 4, 1);
        ClaimId c = makeClaim(openRequest(), server);
        Board memory copy = openGame(c, honest(COPYCAT));
        Board memory vera = openGame(c, honest(VERA));
        Board memory own = openGame(c, honest(ACCOMPLICE));
        play(own, server, honest(ACCOMPLICE));
        check(statusOf(own.id) == GameStatus.ChallengerWon && statusOf(c) == ClaimStatus.Dead, "killed by himself");
        hub.reclaim(vera.id);
        hub.reclaim(copy.id);
        equal(wealth(VERA), 1000 ether + QUARTER / 3, "a third");
    }

    /// A game that was lost before the claim died has no share, and takes none from the others.
    function test_lostShamsShareNothing() public {
        Player memory server = liar(MALLORY, 4, 1);
        ClaimId c = makeClaim(openRequest(), server);
        Board memory sham = openGame(c, liar(ACCOMPLICE, 6, 0));
        check(move(server, sham), "the liar answers his accomplice");
        vm.warp(block.timestamp + ALLOWANCE + 1);
        hub.timeout(sham.id);
        Board memory b = openGame(c, honest(VERA));
        vm.warp(block.timestamp + ALLOWANCE + 1);
        hub.timeout(b.id);
        equal(wealth(VERA), 1000 ether + QUARTER, "the whole reward");
        (bool ok,) = send(ACCOMPLICE, address(hub), 0, abi.encodeCall(IHub.reclaim, (sham.id)));
        check(!ok, "nothing for a lost game");
    }
}
