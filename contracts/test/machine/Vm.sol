// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// The few cheat codes that these tests need.
interface Vm {
    function readFile(string calldata path) external view returns (string memory);
    function parseJsonBytes32Array(string calldata json, string calldata key) external pure returns (bytes32[] memory);
    function parseJsonTypeArray(string calldata json, string calldata key, string calldata description)
        external
        pure
        returns (bytes memory);
    function assertEq(bytes32 actual, bytes32 expected, string calldata error) external pure;
    function assertTrue(bool condition, string calldata error) external pure;
    function assertLe(uint256 left, uint256 right, string calldata error) external pure;
    function toString(uint256 value) external pure returns (string memory);
}

Vm constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// Prints into forge's log.
library Console {
    address private constant CONSOLE = 0x000000000000000000636F6e736F6c652e6c6f67;

    function log(string memory text, uint256 value) internal view {
        (bool done,) = CONSOLE.staticcall(abi.encodeWithSignature("log(string,uint256)", text, value));
        done;
    }
}
