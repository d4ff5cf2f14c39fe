// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IStep} from "../../src/machine/IStep.sol";
import {Step} from "../../src/machine/Step.sol";
import {VM} from "./Vm.sol";

/// Step.sol against the golden vectors that Step.java wrote.
contract StepTest {
    struct Vector {
        string name;
        bytes32 codeRoot;
        uint8 codeDepth;
        uint8 memDepth;
        bytes32 prestate;
        bytes witness;
        bytes32 poststate;
        string error;
    }

    Step private step = new Step();
    string private json;

    function setUp() public {
        json = VM.readFile("../spec/vectors/step.json");
    }

    function _vectors(string memory key) private view returns (Vector[] memory) {
        return abi.decode(
            VM.parseJsonTypeArray(
                json,
                key,
                "Vector(string name,bytes32 codeRoot,uint8 codeDepth,uint8 memDepth,"
                "bytes32 prestate,bytes witness,bytes32 poststate,string error)"
            ),
            (Vector[])
        );
    }

    function _run(Vector memory v) private view returns (bool done, bytes memory out) {
        return address(step)
            .staticcall(abi.encodeCall(IStep.step, (v.prestate, v.codeRoot, v.codeDepth, v.memDepth, v.witness)));
    }

    function test_everyVectorGivesItsPoststate() public view {
        Vector[] memory vectors = _vectors(".steps");
        VM.assertTrue(vectors.length > 400, "too few vectors");
        for (uint256 i = 0; i < vectors.length; i++) {
            Vector memory v = vectors[i];
            (bool done, bytes memory out) = _run(v);
            VM.assertTrue(done, string.concat("reverted: ", v.name));
            VM.assertEq(abi.decode(out, (bytes32)), v.poststate, v.name);
        }
    }

    function test_everyBadWitnessIsRefusedForItsReason() public view {
        Vector[] memory vectors = _vectors(".refused");
        VM.assertTrue(vectors.length > 30, "too few vectors");
        for (uint256 i = 0; i < vectors.length; i++) {
            (bool done, bytes memory out) = _run(vectors[i]);
            VM.assertTrue(!done, string.concat("accepted: ", vectors[i].name));
            VM.assertEq(bytes32(bytes4(out)), bytes32(_selector(vectors[i].error)), vectors[i].name);
        }
    }

    function test_noFlippedBitIsAccepted() public view {
        Vector[] memory vectors = _vectors(".steps");
        for (uint256 i = 0; i < vectors.length; i++) {
            Vector memory v = vectors[i];
            for (uint256 k = 0; k < 4; k++) {
                uint256 chance = uint256(keccak256(abi.encode(i, k)));
                uint256 at = chance % v.witness.length;
                bytes1 honest = v.witness[at];
                v.witness[at] ^= bytes1(uint8(1 << (chance >> 128 & 7)));
                (bool done,) = _run(v);
                VM.assertTrue(!done, string.concat("accepted: ", v.name));
                v.witness[at] = honest;
            }
        }
    }

    /// Every opcode, funct3 and funct7, at three pairs of operands: the same poststates as in Java.
    function test_everyEncodingDoesWhatJavaSays() public view {
        bytes32[] memory digests = VM.parseJsonBytes32Array(json, ".digests");
        VM.assertTrue(digests.length == 128, "a digest for each opcode");
        uint64[2][3] memory operands = [
            [uint64(0x0123456789abcdef), uint64(0xfedcba9876543210)],
            [uint64(1 << 63), type(uint64).max],
            [uint64(0xffffffff80000000), uint64(0)]
        ];
        bytes32 memoryLeaf = 0x8081828384858687f8f9fafbfcfdfeff000102030405060788898a8b8c8d8e8f;
        for (uint256 opcode = 0; opcode < 128; opcode++) {
            bytes32 digest = 0;
            uint256 classes = opcode & 3 == 3 ? 1024 : 1;
            for (uint256 i = 0; i < classes; i++) {
                uint256 word = opcode | 10 << 7 | (i & 7) << 12 | 11 << 15 | 12 << 20 | i >> 3 << 25;
                for (uint256 k = 0; k < 3; k++) {
                    digest = keccak256(abi.encode(digest, _single(word, operands[k][0], operands[k][1], memoryLeaf)));
                }
            }
            VM.assertEq(digest, digests[opcode], string.concat("opcode ", VM.toString(opcode)));
        }
    }

    function _single(uint256 word, uint64 a, uint64 b, bytes32 memoryLeaf) private view returns (bytes32 poststate) {
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        bytes memory state =
            abi.encodePacked(memoryLeaf, new bytes(16 + 80), a, b, new bytes(32), uint64(93), new bytes(112));
        // A word in memory is little-endian.
        bytes4 code =
            bytes4(uint32((word & 0xff) << 24 | (word & 0xff00) << 8 | (word >> 8 & 0xff00) | (word >> 24 & 0xff)));
        uint256 opcode = word & 0x7f;
        uint256 funct3 = word >> 12 & 7;
        bytes memory witness = abi.encodePacked(state, code, new bytes(28 + 8));
        if ((opcode == 0x03 && funct3 < 7) || (opcode == 0x23 && funct3 < 4)) {
            witness = abi.encodePacked(witness, memoryLeaf, new bytes(8));
        }
        poststate = step.step(keccak256(state), bytes32(code), 0, 0, witness);
        // SAFETY: nothing allocated here is used any more; a hundred thousand calls must not fill the memory.
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }

    function test_depthsBeyondTheMachineAreRefused() public view {
        Vector memory v = _vectors(".steps")[0];
        v.codeDepth = 17;
        (bool done, bytes memory out) = _run(v);
        VM.assertTrue(!done && bytes4(out) == IStep.DepthOutOfRange.selector, "code depth 17");
        v.codeDepth = 16;
        v.memDepth = 33;
        (done, out) = _run(v);
        VM.assertTrue(!done && bytes4(out) == IStep.DepthOutOfRange.selector, "memory depth 33");
    }

    function testFuzz_randomWitnessesAreRefused(bytes32 prestate, bytes calldata witness) public view {
        (bool done,) =
            address(step).staticcall(abi.encodeCall(IStep.step, (prestate, prestate, uint8(4), uint8(9), witness)));
        VM.assertTrue(!done, "accepted");
    }

    /// Whatever a state says, some step follows it: with no code, the one into illegal.
    function testFuzz_everyStateHasOnePoststate(bytes32 memRoot, uint64 pc, uint64 exit, bytes32 seed) public view {
        bytes memory registers;
        for (uint256 i = 0; i < 31; i++) {
            registers = abi.encodePacked(registers, uint64(uint256(keccak256(abi.encode(seed, i)))));
        }
        bytes memory state = abi.encodePacked(memRoot, pc, exit, registers);
        bool fetches = exit == 0 && pc & 3 == 0 && pc < 32;
        bytes memory witness = fetches ? abi.encodePacked(state, new bytes(40)) : state;
        bytes32 poststate = step.step(keccak256(state), bytes32(0), 0, 25, witness);
        bytes memory expected = abi.encodePacked(memRoot, pc, exit == 0 ? uint64(1 << 62) : exit, registers);
        VM.assertEq(poststate, keccak256(expected), "poststate");
    }

    function _selector(string memory name) private pure returns (bytes4) {
        bytes32 hash = keccak256(bytes(name));
        if (hash == keccak256("StateMismatch")) return IStep.StateMismatch.selector;
        if (hash == keccak256("CodeMismatch")) return IStep.CodeMismatch.selector;
        if (hash == keccak256("MemoryMismatch")) return IStep.MemoryMismatch.selector;
        if (hash == keccak256("UnusedMaskBits")) return IStep.UnusedMaskBits.selector;
        if (hash == keccak256("WitnessTooLong")) return IStep.WitnessTooLong.selector;
        if (hash == keccak256("WitnessTooShort")) return IStep.WitnessTooShort.selector;
        revert(name);
    }
}
