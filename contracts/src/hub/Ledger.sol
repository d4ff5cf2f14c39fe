// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NothingToWithdraw, PaymentRefused} from "../lib/Errors.sol";
import {IHub} from "./IHub.sol";
import {Calldata} from "../lib/Calldata.sol";

/// @title Who may withdraw what
/// @notice Settlements only ever add credits; sending money is a call of its own, so that no payee can block one.
abstract contract Ledger is IHub {
    /// @notice Where burnt shares go.
    address internal constant DEAD = 0x000000000000000000000000000000000000dEaD;

    mapping(address => uint256) private credits;

    /// @inheritdoc IHub
    function credit(address account) external view returns (uint256) {
        return credits[account];
    }

    /// @inheritdoc IHub
    function withdraw(address to) external {
        Calldata.requireStatic(1);
        // INVARIANT: nothing is sent to nobody by mistake.
        if (to == address(0)) revert PaymentRefused(to);
        pay(msg.sender, to);
    }

    /// @inheritdoc IHub
    function burn() external {
        Calldata.requireStatic(0);
        pay(DEAD, DEAD);
    }

    function addCredit(address account, uint256 amount) internal {
        if (amount == 0) return;
        credits[account] += amount;
        emit Credited(account, amount);
    }

    function pay(address account, address to) private {
        uint256 amount = credits[account];
        if (amount == 0) revert NothingToWithdraw();
        // INVARIANT: the credit is gone before anybody else runs.
        credits[account] = 0;
        emit Withdrawn(account, to, amount);
        bool ok;
        // SAFETY: touches no memory; no returned bytes are copied, so the payee cannot inflate the cost.
        assembly ("memory-safe") {
            ok := call(gas(), to, amount, 0, 0, 0, 0)
        }
        if (!ok) revert PaymentRefused(to);
    }
}
