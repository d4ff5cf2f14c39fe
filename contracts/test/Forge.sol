// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice The part of forge's cheat codes that the tests use.
interface Cheats {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function warp(uint256 timestamp) external;
    function prank(address sender) external;
    function deal(address account, uint256 balance) external;
    function chainId(uint256 id) external;
    function cool(address target) external;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory logs);
    function readFile(string calldata path) external view returns (string memory);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseJsonAddress(string calldata json, string calldata key) external pure returns (address);
    function snapshotState() external returns (uint256 id);
    function revertToState(uint256 id) external returns (bool success);
    function toString(uint256 value) external pure returns (string memory);
    function assume(bool condition) external;
}

/// @title What every test stands on
/// @notice forge runs functions that begin with `test_` or `invariant_`; what follows is a sentence, the name that
/// `spec/protocol.md` §7 gives.
abstract contract Test {
    Cheats internal constant vm = Cheats(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    error Failed(string what);
    error NotEqual(string what, uint256 actual, uint256 expected);
    error NotRefused(string what, bytes4 expected, bytes answer);

    function check(bool ok, string memory what) internal pure {
        if (!ok) revert Failed(what);
    }

    function equal(uint256 actual, uint256 expected, string memory what) internal pure {
        if (actual != expected) revert NotEqual(what, actual, expected);
    }

    function equal(bytes32 actual, bytes32 expected, string memory what) internal pure {
        if (actual != expected) revert NotEqual(what, uint256(actual), uint256(expected));
    }

    /// @notice Calls as `who`; returns whether it went through.
    function send(address who, address to, uint256 value, bytes memory data) internal returns (bool ok, bytes memory) {
        vm.prank(who);
        return to.call{value: value}(data);
    }

    /// @notice Calls as `who`, and passes an error on.
    function must(address who, address to, uint256 value, bytes memory data) internal returns (bytes memory answer) {
        bool ok;
        (ok, answer) = send(who, to, value, data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
    }

    /// @notice Calls as `who`, and fails unless the call is refused with this very error.
    function refused(bytes4 error, address who, address to, uint256 value, bytes memory data) internal {
        (bool ok, bytes memory answer) = send(who, to, value, data);
        if (ok || answer.length < 4 || bytes4(answer) != error) revert NotRefused("call", error, answer);
    }
}
