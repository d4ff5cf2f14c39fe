// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IStep} from "../../src/machine/IStep.sol";
import {Step} from "../../src/machine/Step.sol";
import {Console, VM} from "./Vm.sol";

/// Execution gas of one step in the worst shape a node can have: 2^11 leaves of code (64 KiB), 1 GiB of memory, no zero
/// sibling. Calldata and the 2,600 of touching a contract first are not part of it; a call's own 100 are.
contract StepGasTest {
    uint256 private constant CODE_DEPTH = 11;
    uint256 private constant MEM_DEPTH = 25;

    Step private step = new Step();

    function test_gasOfAnAluInstruction() public view {
        VM.assertLe(_gas("add a0, a1, a2", 0x00c58533, false), 6_500, "ALU");
        VM.assertLe(_gas("mul a0, a1, a2", 0x02c58533, false), 6_500, "ALU");
        VM.assertLe(_gas("remw a0, a1, a2", 0x02c5e53b, false), 6_500, "ALU");
        VM.assertLe(_gas("beq a1, a2, 16", 0x00c58863, false), 6_500, "ALU");
        VM.assertLe(_gas("jal ra, 16", 0x010000ef, false), 6_500, "ALU");
        VM.assertLe(_gas("ecall", 0x00000073, false), 6_500, "ALU");
    }

    function test_gasOfALoad() public view {
        VM.assertLe(_gas("ld a0, 8(a1)", 0x0085b503, true), 15_500, "load");
        VM.assertLe(_gas("lb a0, 7(a1)", 0x00758503, true), 15_500, "load");
    }

    function test_gasOfAStore() public view {
        VM.assertLe(_gas("sd a2, 8(a1)", 0x00c5b423, true), 17_500, "store");
        VM.assertLe(_gas("sb a2, 7(a1)", 0x00c583a3, true), 17_500, "store");
    }

    /// Zero siblings between given ones: fewer bytes, but the proof's loop changes its mind.
    function test_gasOfSparseProofs() public view {
        uint24[5] memory masks = [0, 0x555555, 0x333333, 0x924924, 0x0f0f0f];
        for (uint256 i = 0; i < masks.length; i++) {
            VM.assertLe(_gas("ld a0, 8(a1), sparse", 0x0085b503, true, masks[i]), 15_500, "load");
            VM.assertLe(_gas("sd a2, 8(a1), sparse", 0x00c5b423, true, masks[i]), 17_500, "store");
        }
    }

    function _gas(string memory name, uint256 word, bool memoryProof) private view returns (uint256) {
        return _gas(name, word, memoryProof, (1 << MEM_DEPTH) - 1);
    }

    function _gas(string memory name, uint256 word, bool memoryProof, uint256 mask)
        private
        view
        returns (uint256 used)
    {
        uint64 a = 0x1234567890;
        uint256 codeIndex = 0x2aa;
        uint256 memoryIndex = (a + 8 & 0x3fffffff) >> 5;
        bytes32 code = bytes32(
            bytes4(uint32((word & 0xff) << 24 | (word & 0xff00) << 8 | (word >> 8 & 0xff00) | (word >> 24 & 0xff)))
        );
        (bytes memory codeOpening, bytes32 codeRoot) = _open(code, codeIndex, CODE_DEPTH, (1 << CODE_DEPTH) - 1);
        (bytes memory memoryOpening, bytes32 memRoot) = _open(keccak256("leaf"), memoryIndex, MEM_DEPTH, mask);
        bytes memory state =
            abi.encodePacked(memRoot, uint64(codeIndex << 5), new bytes(8 + 80), a, uint64(77), new bytes(152));
        bytes memory witness = abi.encodePacked(state, codeOpening, memoryProof ? memoryOpening : bytes(""));
        bytes32 prestate = keccak256(state);
        bytes memory call =
            abi.encodeCall(IStep.step, (prestate, codeRoot, uint8(CODE_DEPTH), uint8(MEM_DEPTH), witness));
        address target = address(step);
        VM.assertTrue(target.code.length > 0, "warm from here on");
        uint256 before = gasleft();
        (bool done, bytes memory out) = target.staticcall(call);
        used = before - gasleft();
        VM.assertTrue(done && abi.decode(out, (bytes32)) != prestate, "a step changes the state");
        Console.log(name, used);
    }

    /// A leaf with a proof of siblings of chance where the mask says so.
    function _open(bytes32 leaf, uint256 index, uint256 depth, uint256 mask)
        private
        pure
        returns (bytes memory opening, bytes32 root)
    {
        opening = abi.encodePacked(leaf, uint64(mask));
        root = leaf;
        bytes32 zero = 0;
        for (uint256 i = 0; i < depth; i++) {
            bytes32 sibling = zero;
            if (mask >> i & 1 != 0) {
                sibling = keccak256(abi.encode(leaf, i));
                opening = abi.encodePacked(opening, sibling);
            }
            root = index >> i & 1 == 0 ? keccak256(abi.encode(root, sibling)) : keccak256(abi.encode(sibling, root));
            zero = keccak256(abi.encode(zero, zero));
        }
    }
}
