// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IHub} from "../src/hub/IHub.sol";
import {
    Claim,
    ClaimId,
    ClaimStatus,
    Game,
    GameId,
    GameStatus,
    Request,
    RequestId,
    RequestStatus,
    Side
} from "../src/lib/Types.sol";
import {World} from "./World.sol";

/// @title Everything that anybody may do, in any order
/// @notice Each action picks a request, claim or game by its seed and does something that may well be refused; it
/// counts what was accepted, so that the invariants can tell a busy run from an idle one.
contract Everybody is World {
    RequestId[] public requests;
    ClaimId[] public claims;
    GameId[] public games;

    mapping(bytes32 => Player) private claimants;
    mapping(bytes32 => Player) private challengers;
    mapping(bytes32 => Board) private boards;
    /// @dev games in which a liar was refused his move: he has no other
    mapping(bytes32 => bool) private stuck;

    mapping(bytes4 => uint256) public accepted;
    mapping(bytes4 => uint256) public tried;
    uint256 public paidIn;
    uint256 public paidOut;

    /// @dev What was terminal once must stay so.
    mapping(bytes32 => uint8) public requestEnd;
    mapping(bytes32 => uint8) public claimEnd;
    mapping(bytes32 => uint8) public gameEnd;
    bool public endChanged;

    /// @dev One right and one wrong claim, and a game on each, so that no run is idle.
    function begin() external {
        setUp();
        this.request(0, 1 ether);
        this.claim(1 << 8, 0, false, 0);
        this.claim(3 << 8, 4, true, 0);
        this.challenge(0 | 3 << 8, 6, true);
        this.challenge(1 | 2 << 8, 0, false);
    }

    function world() external view returns (IHub) {
        return hub;
    }

    function counts() external view returns (uint256, uint256, uint256) {
        return (requests.length, claims.length, games.length);
    }

    function someone(uint256 seed) private pure returns (address) {
        return [ALICE, SIMON, VERA, MALLORY][seed % 4];
    }

    function act(address who, uint256 value, bytes memory data) private returns (bool ok, bytes memory answer) {
        ++tried[bytes4(data)];
        uint256 before = address(hub).balance;
        vm.deal(who, 1000 ether);
        (ok, answer) = send(who, address(hub), value, data);
        if (ok) {
            ++accepted[bytes4(data)];
            paidIn += value;
            paidOut += before + value - address(hub).balance;
        }
        note();
    }

    function note() private {
        for (uint256 i = 0; i < requests.length; ++i) {
            uint8 s = uint8(hub.getRequest(requests[i]).status);
            uint8 old = requestEnd[RequestId.unwrap(requests[i])];
            if (old > uint8(RequestStatus.Open) && s != old) endChanged = true;
            requestEnd[RequestId.unwrap(requests[i])] = s;
        }
        for (uint256 i = 0; i < claims.length; ++i) {
            uint8 s = uint8(hub.getClaim(claims[i]).status);
            uint8 old = claimEnd[ClaimId.unwrap(claims[i])];
            if (old > uint8(ClaimStatus.Live) && s != old) endChanged = true;
            claimEnd[ClaimId.unwrap(claims[i])] = s;
        }
        for (uint256 i = 0; i < games.length; ++i) {
            uint8 s = uint8(hub.getGame(games[i]).status);
            uint8 old = gameEnd[GameId.unwrap(games[i])];
            if (old > uint8(GameStatus.Running) && s != old) endChanged = true;
            gameEnd[GameId.unwrap(games[i])] = s;
        }
    }

    // ------------------------------------------------------------------ actions

    function request(uint256 seed, uint64 fee) external {
        fee %= 1 ether;
        (bool ok, bytes memory id) = act(someone(seed), fee, abi.encodeCall(IHub.request, (modelId, terms(), INPUT)));
        if (ok) requests.push(abi.decode(id, (RequestId)));
    }

    function claim(uint256 seed, uint256 lie, bool lies, uint256 surplus) external {
        RequestId r = claimable(seed);
        Player memory p = Player(someone(seed >> 8), lies, lie % 21, lie >> 8 & 31);
        (bool ok, bytes memory id) = act(p.who, hub.bondDue(r) + surplus % 2 * (surplus % 1 ether), claimCall(r, p));
        if (!ok) return;
        claims.push(abi.decode(id, (ClaimId)));
        claimants[abi.decode(id, (bytes32))] = p;
    }

    /// @dev A request that can be claimed; a new one if there is none.
    function claimable(uint256 seed) private returns (RequestId r) {
        for (uint256 i = 0; i < requests.length; ++i) {
            r = requests[(seed % requests.length + i) % requests.length];
            Request memory found = hub.getRequest(r);
            if (found.status == RequestStatus.Open && found.deadline >= block.timestamp) return r;
        }
        this.request(seed, 1 ether);
        return requests[requests.length - 1];
    }

    /// @dev A claim that can be challenged; a new one if there is none.
    function challengeable(uint256 seed) private returns (ClaimId c) {
        for (uint256 i = 0; i < claims.length; ++i) {
            c = claims[(seed % claims.length + i) % claims.length];
            Claim memory found = hub.getClaim(c);
            bool inTime = uint256(found.claimedAt) + WINDOW >= block.timestamp;
            if (found.status == ClaimStatus.Live && inTime) return c;
        }
        this.claim(seed, seed >> 16, seed & 1 == 0, 0);
        return claims[claims.length - 1];
    }

    function challenge(uint256 seed, uint256 lie, bool lies) external {
        ClaimId c = challengeable(seed);
        Player memory p = Player(someone(seed >> 8), lies, lie % 21, lie >> 8 & 31);
        // Whoever agrees with the claim says something else instead.
        if (state0(p, steps()) == hub.getClaim(c).finalState) p.lies = !p.lies;
        Board memory b;
        b.position.length = uint64(steps());
        b.position.start = honest0(0);
        b.position.context = keccak256("");
        b.list = listOf(p, b, 0, steps());
        (bool ok, bytes memory id) = act(p.who, hub.challengeBondDue(c), challengeCall(c, b.list));
        if (!ok) return;
        b.id = abi.decode(id, (GameId));
        (bytes32 context) = abi.decode(abi.encode(modelId), (bytes32));
        b.position.context = context;
        games.push(b.id);
        bytes32 key = GameId.unwrap(b.id);
        challengers[key] = p;
        boards[key] = b;
    }

    /// @dev A game that is still played, and whose side on turn is late or is not, if there is one.
    function runningGame(uint256 seed, bool late) private view returns (bool found, GameId g) {
        for (uint256 i = 0; i < games.length; ++i) {
            g = games[(seed % games.length + i) % games.length];
            Game memory game = hub.getGame(g);
            if (game.status != GameStatus.Running || statusOf(game.claimId) != ClaimStatus.Live) continue;
            uint256 left = game.onTurn == Side.Server ? game.serverLeft : game.challengerLeft;
            if (!late && stuck[GameId.unwrap(g)]) continue;
            if ((block.timestamp - game.movedAt > left) == late) return (true, g);
        }
    }

    /// @dev The side on turn moves by its own trace, or fails to.
    function advance(uint256 seed) public {
        (bool found, GameId g) = runningGame(seed, false);
        if (!found) return;
        bytes32 key = GameId.unwrap(g);
        Game memory game = hub.getGame(g);
        Player memory p = game.onTurn == Side.Server ? claimants[ClaimId.unwrap(game.claimId)] : challengers[key];
        Answer memory a = answerOf(p, boards[key]);
        if (!a.found) return;
        (bool ok,) = act(p.who, 0, a.call);
        if (ok) boards[key] = a.next;
        else stuck[key] = true;
    }

    /// @dev The same, but without time passing in between: a game is played as far as it goes.
    function advanceFar(uint256 seed) external {
        for (uint256 i = 0; i < 4; ++i) {
            advance(seed);
        }
    }

    function timeout(uint256 seed) external {
        if (games.length == 0) return;
        (bool found, GameId g) = runningGame(seed, true);
        if (!found) g = games[seed % games.length];
        act(someone(seed >> 8), 0, abi.encodeCall(IHub.timeout, (g)));
    }

    function reclaim(uint256 seed) external {
        for (uint256 i = 0; i < games.length; ++i) {
            GameId g = games[i];
            if (statusOf(g) != GameStatus.Running || statusOf(hub.getGame(g).claimId) == ClaimStatus.Live) continue;
            act(someone(seed), 0, abi.encodeCall(IHub.reclaim, (g)));
        }
    }

    function resolve(uint256 seed) external {
        if (claims.length == 0) return;
        act(someone(seed >> 8), 0, abi.encodeCall(IHub.resolve, (claims[seed % claims.length])));
    }

    function expire(uint256 seed) external {
        if (requests.length == 0) return;
        act(someone(seed >> 8), 0, abi.encodeCall(IHub.expire, (requests[seed % requests.length])));
    }

    function withdraw(uint256 seed) external {
        address who = someone(seed);
        act(who, 0, abi.encodeCall(IHub.withdraw, (who)));
    }

    function burn(uint256 seed) external {
        act(someone(seed), 0, abi.encodeCall(IHub.burn, ()));
    }

    function wait(uint256 seed) external {
        vm.warp(block.timestamp + seed % (seed % 13 == 0 ? 26 hours : seed % 3 == 0 ? 40 minutes : 1 minutes));
    }

    // ------------------------------------------------------------------ what the hub must owe

    function owed() external view returns (uint256 sum) {
        sum = allCredits();
        for (uint256 i = 0; i < requests.length; ++i) {
            Request memory r = hub.getRequest(requests[i]);
            if (r.status == RequestStatus.Open) sum += r.fee;
        }
        for (uint256 i = 0; i < claims.length; ++i) {
            Claim memory c = hub.getClaim(claims[i]);
            if (c.status == ClaimStatus.Live) sum += c.bond;
        }
        for (uint256 i = 0; i < games.length; ++i) {
            Game memory g = hub.getGame(games[i]);
            if (g.status != GameStatus.Running) continue;
            sum += CHALLENGE_BOND * (1 + uint256(g.ahead));
            Claim memory c = hub.getClaim(g.claimId);
            if (c.status == ClaimStatus.Dead) sum += uint256(c.bond) / 4 / c.rewarded;
        }
    }

    /// @dev A right claim with an honest claimant dies only by his silence.
    function wrongFinals() external view returns (uint256 wrong) {
        for (uint256 i = 0; i < claims.length; ++i) {
            Claim memory c = hub.getClaim(claims[i]);
            if (c.status != ClaimStatus.Final) continue;
            if (!(hub.getRequest(c.requestId).status == RequestStatus.Final)) ++wrong;
            if (ClaimId.unwrap(hub.getRequest(c.requestId).finalClaim) != ClaimId.unwrap(claims[i])) ++wrong;
        }
    }

    function countsAreRight() external view returns (bool) {
        uint256[] memory live = new uint256[](requests.length);
        uint256[] memory open = new uint256[](claims.length);
        for (uint256 i = 0; i < games.length; ++i) {
            Game memory g = hub.getGame(games[i]);
            if (g.serverLeft > ALLOWANCE || g.challengerLeft > ALLOWANCE) return false;
            if (g.status != GameStatus.Running) continue;
            for (uint256 j = 0; j < claims.length; ++j) {
                if (ClaimId.unwrap(g.claimId) == ClaimId.unwrap(claims[j])) ++open[j];
            }
        }
        for (uint256 j = 0; j < claims.length; ++j) {
            Claim memory c = hub.getClaim(claims[j]);
            bool won = c.status == ClaimStatus.Final || c.status == ClaimStatus.Superseded;
            if (c.status == ClaimStatus.Live && c.openGames != open[j]) return false;
            if (won && (open[j] != 0 || c.openGames != 0)) return false;
            if ((c.status == ClaimStatus.Dead) != (c.rewarded != 0)) return false;
            if (c.status != ClaimStatus.Live) continue;
            for (uint256 i = 0; i < requests.length; ++i) {
                if (RequestId.unwrap(c.requestId) == RequestId.unwrap(requests[i])) ++live[i];
            }
        }
        for (uint256 i = 0; i < requests.length; ++i) {
            if (hub.getRequest(requests[i]).liveClaims != live[i]) return false;
        }
        return true;
    }
}

/// @title What holds after any sequence of calls
contract InvariantTest is World {
    Everybody private everybody;

    function setUp() public override {
        vm.warp(1_800_000_000);
        everybody = new Everybody();
        everybody.begin();
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// @dev Read by forge: only these actions, the frequent ones several times.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory s = new bytes4[](18);
        s[0] = Everybody.request.selector;
        s[1] = Everybody.request.selector;
        s[2] = Everybody.claim.selector;
        s[3] = Everybody.claim.selector;
        s[4] = Everybody.claim.selector;
        s[5] = Everybody.challenge.selector;
        s[6] = Everybody.challenge.selector;
        s[7] = Everybody.challenge.selector;
        s[8] = Everybody.advance.selector;
        s[9] = Everybody.advanceFar.selector;
        s[10] = Everybody.timeout.selector;
        s[11] = Everybody.reclaim.selector;
        s[12] = Everybody.resolve.selector;
        s[13] = Everybody.expire.selector;
        s[14] = Everybody.withdraw.selector;
        s[15] = Everybody.burn.selector;
        s[16] = Everybody.wait.selector;
        s[17] = Everybody.wait.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(everybody), s);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(everybody);
    }

    /// One campaign checks all of it: what costs time are the calls.
    function invariant_moneyOutcomesAndCounters() public view {
        solvent();
        oneTerminalOutcome();
        check(everybody.countsAreRight(), "a counter that guards resolve, expire or bonds is wrong, or a clock grew");
    }

    /// @dev The hub holds its debts, no more and no less; every wei that came in went out once or is owed.
    function solvent() private view {
        uint256 balance = address(everybody.world()).balance;
        equal(balance, everybody.owed(), "balance = credits + live bonds + open fees");
        equal(balance, everybody.paidIn() - everybody.paidOut(), "balance = in - out");
    }

    /// @dev What has ended stays ended, and one claim at most is a request's final one.
    function oneTerminalOutcome() private view {
        check(!everybody.endChanged(), "an end changed");
        equal(everybody.wrongFinals(), 0, "a final claim that is not its request's");
    }

    /// A run in which the actions are refused proves nothing. Each of these looks for something that it may be done to,
    /// so that it is accepted under any seed, in runs of any length.
    function afterInvariant() public view {
        equal(refusals(IHub.request.selector), 0, "requests are accepted");
        equal(refusals(IHub.claim.selector), 0, "claims are accepted");
        equal(refusals(IHub.challenge.selector), 0, "challenges are accepted");
        check(everybody.accepted(IHub.challenge.selector) >= 2, "there are games");
        uint256 moves =
            refusals(IHub.dissect.selector) + refusals(IHub.refine.selector) + refusals(IHub.execute.selector);
        (,, uint256 games) = everybody.counts();
        check(moves <= games, "a liar is refused one move a game, which he has no other of");
    }

    function refusals(bytes4 selector) private view returns (uint256) {
        return everybody.tried(selector) - everybody.accepted(selector);
    }
}
