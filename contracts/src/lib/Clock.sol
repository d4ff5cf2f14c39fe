// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ClockExpired, ClockRunning} from "./Errors.sol";
import {Game, Side} from "./Types.sol";

/// @title Chess clocks in seconds, without increments
/// @notice At every instant exactly one of `charge` and `requireExpired` goes through.
library Clock {
    /// @notice Takes the time since the last move from the side on turn, and starts the other side's clock.
    function charge(Game storage game) internal {
        (uint256 used, uint64 left) = running(game);
        // INVARIANT: a move at the very last second counts.
        if (used > left) revert ClockExpired(used, left);
        // SAFETY: used <= left, both below 2^64.
        unchecked {
            left -= uint64(used);
        }
        if (game.onTurn == Side.Server) {
            game.serverLeft = left;
        } else {
            game.challengerLeft = left;
        }
        game.movedAt = uint64(block.timestamp);
    }

    /// @notice Reverts unless the side on turn has lost by time.
    function requireExpired(Game storage game) internal view {
        (uint256 used, uint64 left) = running(game);
        // INVARIANT: the exact opposite of the guard of `charge`.
        if (used <= left) revert ClockRunning(used, left);
    }

    function running(Game storage game) private view returns (uint256 used, uint64 left) {
        used = block.timestamp - game.movedAt;
        left = game.onTurn == Side.Server ? game.serverLeft : game.challengerLeft;
    }
}
