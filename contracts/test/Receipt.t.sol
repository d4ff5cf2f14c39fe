// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Merkle} from "../src/lib/Merkle.sol";
import {Test} from "./Forge.sol";

/// @title Receipts of answers, as a contract checks them
/// @notice `spec/receipt.md` against `spec/vectors/receipt.json`, which another implementation signed.
contract ReceiptTest is Test {
    bytes32 private constant RECEIPT = keccak256(
        "Receipt(bytes32 model,bytes32 inputRoot,bytes32 outputRoot,bytes32 finalState,uint64 seed,uint64 deadline)"
    );
    bytes32 private constant DOMAIN = keccak256("EIP712Domain(string name,string version)");
    bytes32 private constant DOMAIN_OF_A_HUB =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    string private json = vm.readFile("../spec/vectors/receipt.json");

    function test_aReceiptForNoChainIsOfItsServer() public view {
        bytes32 separator = keccak256(abi.encode(DOMAIN, keccak256("opml"), keccak256("1")));
        isSigned(".nowhere", separator);
    }

    function test_aReceiptForAHubIsOfItsServer() public view {
        bytes32 separator = keccak256(
            abi.encode(
                DOMAIN_OF_A_HUB,
                keccak256("opml"),
                keccak256("1"),
                vm.parseJsonUint(json, ".hub.receipt.domain.chainId"),
                vm.parseJsonAddress(json, ".hub.receipt.domain.verifyingContract")
            )
        );
        isSigned(".hub", separator);
        check(separator != b32(".nowhere", ".separator"), "a receipt is for one place");
    }

    function test_theRootsAreThoseOfTheBytes() public view {
        for (uint256 i = 0; i < 2; ++i) {
            string memory at = i == 0 ? ".nowhere" : ".hub";
            // A request has 64 bytes and 4 for each token of the context; 320 bytes are within 2^4 leaves, 108 in 2^2.
            equal(this.root(data(at, ".receipt.request"), 4), b32(at, ".receipt.message.inputRoot"), "input root");
            equal(this.root(data(at, ".receipt.answer"), 2), b32(at, ".receipt.message.outputRoot"), "output root");
        }
    }

    function root(bytes calldata bytes_, uint256 depth) external pure returns (bytes32) {
        return Merkle.rootOfBytes(bytes_, depth);
    }

    function isSigned(string memory at, bytes32 separator) private view {
        equal(RECEIPT, vm.parseJsonBytes32(json, ".typeHash"), "type");
        equal(separator, b32(at, ".separator"), "separator");
        bytes32 structHash = keccak256(
            abi.encode(
                RECEIPT,
                b32(at, ".receipt.message.model"),
                b32(at, ".receipt.message.inputRoot"),
                b32(at, ".receipt.message.outputRoot"),
                b32(at, ".receipt.message.finalState"),
                uint64(vm.parseJsonUint(json, string.concat(at, ".receipt.message.seed"))),
                uint64(vm.parseJsonUint(json, string.concat(at, ".receipt.message.deadline")))
            )
        );
        equal(structHash, b32(at, ".structHash"), "struct");
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", separator, structHash));
        equal(digest, b32(at, ".digest"), "digest");
        bytes memory signature = data(at, ".receipt.signature");
        equal(signature.length, 65, "bytes of a signature");
        bytes32 r;
        bytes32 s;
        // SAFETY: reads the 64 bytes behind the length, which was compared.
        assembly ("memory-safe") {
            r := mload(add(signature, 32))
            s := mload(add(signature, 64))
        }
        address signer = ecrecover(digest, uint8(signature[64]), r, s);
        check(signer == vm.parseJsonAddress(json, string.concat(at, ".receipt.server")), "signer");
    }

    function b32(string memory at, string memory field) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, string.concat(at, field));
    }

    function data(string memory at, string memory field) private view returns (bytes memory) {
        return vm.parseJsonBytes(json, string.concat(at, field));
    }
}
