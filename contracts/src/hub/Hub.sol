// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Deliveries} from "./Deliveries.sol";
import {Games} from "./Games.sol";
import {IHub} from "./IHub.sol";
import {Inputs} from "./Inputs.sol";
import {Market} from "./Market.sol";
import {Parameters} from "../lib/Types.sol";

/// @title The hub, see `IHub`
/// @notice `Ledger` keeps the money, `Market` the requests and claims, `Games` the games. What the games compute is in
/// two contracts without state, `GraphStep` and the step verifier. Deployed once, and with it `Inputs` and
/// `Deliveries`; nobody can change anything after.
contract Hub is Games {
    /// @inheritdoc IHub
    bytes32 public immutable machineVersion;
    /// @inheritdoc IHub
    address public immutable deliveries;

    /// @param registry_ a `ModelRegistry`
    /// @param graphStep_ a `GraphStep`
    /// @param step_ a verifier of one instruction of the machine
    /// @param machineVersion_ name of the machine's specification that `step_` implements, left-aligned ASCII
    /// @param parameters see `Parameters`
    constructor(
        address registry_,
        address graphStep_,
        address step_,
        bytes32 machineVersion_,
        Parameters memory parameters
    ) Market(registry_, address(new Inputs()), parameters) Games(graphStep_, step_, parameters) {
        machineVersion = machineVersion_;
        deliveries = address(new Deliveries(this, registry_));
    }
}
