// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IStep} from "./IStep.sol";

/// @title One instruction of the machine
/// @notice The same book as `Step.java`: RV64IM made total, so that every prestate has exactly one poststate.
///
///   - An address wraps around the memory and is aligned downwards, so that an access touches one leaf.
///   - A jump's target loses its two low bits. A pc outside the program finds the word 0.
///   - A word that is no instruction, the word 0 among them, halts the machine as illegal and changes nothing else.
///   - `ecall` with 93 in a7 halts with an exit code; any other is illegal.
///   - A halted machine stays as it is, for ever.
///
/// The state, in calldata and in memory (numbers big-endian):
///
///   offset   bytes  field
///   0        32     memory root
///   32       8      pc
///   40       8      exit
///   48       248    x1 .. x31
///
/// The prestate is copied to memory once, changed in place and hashed again. Whoever wrote it may have put anything
/// into it; no value in it can make this contract revert, only a witness that does not open it can.
contract Step is IStep {
    // Below, registers are cut to their width, and 1 is shifted by a variable, on purpose.
    // forge-lint: disable-start(unsafe-typecast, incorrect-shift)

    uint256 private constant STATE_BYTES = 296;
    uint256 private constant PC_OFFSET = 32;
    uint256 private constant EXIT_OFFSET = 40;

    uint256 private constant MAX_CODE_DEPTH = 16;
    uint256 private constant MAX_MEM_DEPTH = 32;

    uint64 private constant RUNNING = 0;
    uint64 private constant ILLEGAL = 1 << 62;
    uint64 private constant EXITED = 1 << 63;
    uint64 private constant EXIT_CALL = 93;

    uint256 private constant A0 = 10;
    uint256 private constant A7 = 17;

    // Major opcodes, by the manual's names.
    uint256 private constant LOAD = 0x03;
    uint256 private constant MISC_MEM = 0x0f;
    uint256 private constant OP_IMM = 0x13;
    uint256 private constant AUIPC = 0x17;
    uint256 private constant OP_IMM_32 = 0x1b;
    uint256 private constant STORE = 0x23;
    uint256 private constant OP = 0x33;
    uint256 private constant LUI = 0x37;
    uint256 private constant OP_32 = 0x3b;
    uint256 private constant BRANCH = 0x63;
    uint256 private constant JALR = 0x67;
    uint256 private constant JAL = 0x6f;
    /// The only word of opcode SYSTEM that is an instruction.
    uint256 private constant ECALL = 0x73;

    /// Bit of a climb's path that says whether the sibling is given.
    uint256 private constant GIVEN = 1 << 128;

    // Values of funct7.
    uint256 private constant PLAIN = 0x00;
    uint256 private constant MULDIV = 0x01;
    uint256 private constant ALTERNATE = 0x20;

    /// Roots of the zero trees of depth 0 to 31: what a proof leaves out.
    bytes private constant ZERO_HASHES = hex"0000000000000000000000000000000000000000000000000000000000000000"
        hex"ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5"
        hex"b4c11951957c6f8f642c4af61cd6b24640fec6dc7fc607ee8206a99e92410d30"
        hex"21ddb9a356815c3fac1026b6dec5df3124afbadb485c9ba5a3e3398a04b7ba85"
        hex"e58769b32a1beaf1ea27375a44095a0d1fb664ce2dd358e7fcbfb78c26a19344"
        hex"0eb01ebfc9ed27500cd4dfc979272d1f0913cc9f66540d7e8005811109e1cf2d"
        hex"887c22bd8750d34016ac3c66b5ff102dacdd73f6b014e710b51e8022af9a1968"
        hex"ffd70157e48063fc33c97a050f7f640233bf646cc98d9524c6b92bcf3ab56f83"
        hex"9867cc5f7f196b93bae1e27e6320742445d290f2263827498b54fec539f756af"
        hex"cefad4e508c098b9a7e1d8feb19955fb02ba9675585078710969d3440f5054e0"
        hex"f9dc3e7fe016e050eff260334f18a5d4fe391d82092319f5964f2e2eb7c1c3a5"
        hex"f8b13a49e282f609c317a833fb8d976d11517c571d1221a265d25af778ecf892"
        hex"3490c6ceeb450aecdc82e28293031d10c7d73bf85e57bf041a97360aa2c5d99c"
        hex"c1df82d9c4b87413eae2ef048f94b4d3554cea73d92b0f7af96e0271c691e2bb"
        hex"5c67add7c6caf302256adedf7ab114da0acfe870d449a3a489f781d659e8becc"
        hex"da7bce9f4e8618b6bd2f4132ce798cdc7a60e7e1460a7299e3c6342a579626d2"
        hex"2733e50f526ec2fa19a22b31e8ed50f23cd1fdf94c9154ed3a7609a2f1ff981f"
        hex"e1d3b5c807b281e4683cc6d6315cf95b9ade8641defcb32372f1c126e398ef7a"
        hex"5a2dce0a8a7f68bb74560f8f71837c2c2ebbcbf7fffb42ae1896f13f7c7479a0"
        hex"b46a28b6f55540f89444f63de0378e3d121be09e06cc9ded1c20e65876d36aa0"
        hex"c65e9645644786b620e2dd2ad648ddfcbf4a7e5b1a3a4ecfe7f64667a3f0b7e2"
        hex"f4418588ed35a2458cffeb39b93d26f18d2ab13bdce6aee58e7b99359ec2dfd9"
        hex"5a9c16dc00d6ef18b7933a6f8dc65ccb55667138776f7dea101070dc8796e377"
        hex"4df84f40ae0c8229d0d6069e5c8f39a7c299677a09d367fc7b05e3bc380ee652"
        hex"cdc72595f74c7b1043d0e1ffbab734648c838dfb0527d971b602bc216c9619ef"
        hex"0abf5ac974a1ed57f4050aa510dd9c74f508277b39d7973bb2dfccc5eeb0618d"
        hex"b8cd74046ff337f0a7bf2c8e03e10f642c1886798d71806ab1e888d9e5ee87d0"
        hex"838c5655cb21c6cb83313b5a631175dff4963772cce9108188b34ac87c81c41e"
        hex"662ee4dd2dd7b2bc707961b1e646c4047669dcb6584f0d8d770daf5d7e7deb2e"
        hex"388ab20e2573d171a88108e79d820e98f26c0b84aa8b2f4aa4968dbb818ea322"
        hex"93237c50ba75ee485f4c22adf2f741400bdf8d6a9cc7df7ecae576221665d735"
        hex"8448818bb4ae4562849e949e17ac16e0be16688e156b5cf15e098c627c0056a9";

    /// What one step reads and changes.
    struct Access {
        /// Where in memory the state's bytes are.
        uint256 state;
        /// Where in memory the zero hashes are.
        uint256 zeros;
        /// Where in calldata the witness begins, goes on and ends.
        uint256 begin;
        uint256 cursor;
        uint256 end;
        bytes32 codeRoot;
        uint256 codeDepth;
        uint256 memDepth;
        uint64 pc;
    }

    /// @inheritdoc IStep
    function step(bytes32 prestate, bytes32 codeRoot, uint8 codeDepth, uint8 memDepth, bytes calldata witness)
        external
        pure
        returns (bytes32 poststate)
    {
        if (codeDepth > MAX_CODE_DEPTH || memDepth > MAX_MEM_DEPTH) {
            revert DepthOutOfRange(codeDepth, memDepth);
        }
        if (witness.length < STATE_BYTES) revert WitnessTooShort(STATE_BYTES, witness.length);

        Access memory access;
        access.state = _copyState(witness);
        if (_hashState(access.state) != prestate) revert StateMismatch();
        access.begin = _offset(witness);
        access.cursor = access.begin + STATE_BYTES;
        access.end = access.begin + witness.length;

        if (_word(access.state, EXIT_OFFSET) == RUNNING) {
            access.codeRoot = codeRoot;
            access.codeDepth = codeDepth;
            access.memDepth = memDepth;
            access.pc = _word(access.state, PC_OFFSET);
            access.zeros = _zeroHashes();
            _execute(access, _fetch(access));
        }

        if (access.cursor != access.end) revert WitnessTooLong(access.cursor - access.begin, witness.length);
        return _hashState(access.state);
    }

    /// The word at pc, 0 where the program has none.
    function _fetch(Access memory access) private pure returns (uint256 word) {
        unchecked {
            uint256 pc = access.pc;
            if (pc & 3 != 0 || pc >> (access.codeDepth + 5) != 0) return 0;
            bytes32 leaf = _leaf(access);
            if (_climb(access, access.codeDepth, pc >> 5, leaf) != access.codeRoot) revert CodeMismatch();
            return _read(leaf, pc, 4);
        }
    }

    /// The decode table of `spec/machine.md`: every path that finds no instruction ends in `_illegal`.
    function _execute(Access memory access, uint256 word) private pure {
        unchecked {
            uint256 opcode = word & 0x7f;
            uint256 rd = word >> 7 & 31;
            uint256 funct3 = word >> 12 & 7;
            uint64 a = _register(access, word >> 15 & 31);
            bool legal = true;
            uint64 value;

            if (opcode == OP_IMM) {
                (value, legal) = _operateImmediate(word, funct3, a);
            } else if (opcode == OP) {
                (value, legal) = _operate(word >> 25, funct3, a, _register(access, word >> 20 & 31));
            } else if (opcode == LOAD) {
                if (funct3 == 7) return _illegal(access);
                value = _load(access, funct3, a + _immediate(word));
            } else if (opcode == STORE) {
                if (funct3 > 3) return _illegal(access);
                return _store(access, funct3, a + _immediateStore(word), _register(access, word >> 20 & 31));
            } else if (opcode == BRANCH) {
                return _branch(access, word, funct3, a, _register(access, word >> 20 & 31));
            } else if (opcode == OP_IMM_32) {
                (value, legal) = _operateImmediate32(word, funct3, a);
            } else if (opcode == OP_32) {
                (value, legal) = _operate32(word >> 25, funct3, a, _register(access, word >> 20 & 31));
            } else if (opcode == JAL) {
                return _jump(access, rd, access.pc + _immediateJump(word));
            } else if (opcode == JALR) {
                if (funct3 != 0) return _illegal(access);
                return _jump(access, rd, a + _immediate(word));
            } else if (opcode == LUI) {
                value = _immediateUpper(word);
            } else if (opcode == AUIPC) {
                value = access.pc + _immediateUpper(word);
            } else if (opcode == MISC_MEM) {
                // FENCE orders nothing: there is one hart. FENCE.I and the rest are illegal.
                if (funct3 != 0) return _illegal(access);
                return _next(access);
            } else if (word == ECALL) {
                return _call(access);
            } else {
                return _illegal(access);
            }

            if (!legal) return _illegal(access);
            _write(access, rd, value);
            _next(access);
        }
    }

    // ---- What instructions do, in the order of Step.java

    function _jump(Access memory access, uint256 rd, uint64 target) private pure {
        unchecked {
            _write(access, rd, access.pc + 4);
            _setPc(access, target & ~uint64(3));
        }
    }

    function _branch(Access memory access, uint256 word, uint256 funct3, uint64 a, uint64 b) private pure {
        unchecked {
            bool taken;
            if (funct3 < 2) taken = a == b; // BEQ, BNE
            else if (funct3 < 4) return _illegal(access);
            else if (funct3 < 6) taken = int64(a) < int64(b); // BLT, BGE
            else taken = a < b; // BLTU, BGEU
            // The odd one of a pair is its negation.
            if (taken != (funct3 & 1 != 0)) _setPc(access, access.pc + _immediateBranch(word) & ~uint64(3));
            else _next(access);
        }
    }

    function _load(Access memory access, uint256 funct3, uint64 target) private pure returns (uint64 value) {
        unchecked {
            uint256 width = 1 << (funct3 & 3);
            uint256 at = _effective(access, target, width);
            bytes32 leaf = _leaf(access);
            if (_climb(access, access.memDepth, at >> 5, leaf) != _memoryRoot(access)) revert MemoryMismatch();
            value = _read(leaf, at, width);
            if (funct3 == 0) value = uint64(int64(int8(uint8(value)))); // LB
            else if (funct3 == 1) value = uint64(int64(int16(uint16(value)))); // LH
            else if (funct3 == 2) value = uint64(int64(int32(uint32(value)))); // LW
        }
    }

    function _store(Access memory access, uint256 funct3, uint64 target, uint64 value) private pure {
        unchecked {
            uint256 width = 1 << funct3;
            uint256 at = _effective(access, target, width);
            bytes32 leaf = _leaf(access);
            // The new root follows from the siblings that lead to the old one.
            (bytes32 root, bytes32 written) =
                _climbTwice(access, access.memDepth, at >> 5, leaf, _replace(leaf, at, width, value));
            if (root != _memoryRoot(access)) revert MemoryMismatch();
            _setMemoryRoot(access, written);
            _next(access);
        }
    }

    function _operateImmediate(uint256 word, uint256 funct3, uint64 a) private pure returns (uint64 value, bool legal) {
        unchecked {
            if (funct3 == 1 || funct3 == 5) {
                // Six bits of shift amount leave six bits of funct7.
                uint256 funct6 = word >> 26;
                if (funct6 != PLAIN && (funct6 != ALTERNATE >> 1 || funct3 == 1)) return (0, false);
                return _operate(funct6 << 1, funct3, a, uint64(word >> 20 & 63));
            }
            return _operate(PLAIN, funct3, a, _immediate(word));
        }
    }

    function _operateImmediate32(uint256 word, uint256 funct3, uint64 a)
        private
        pure
        returns (uint64 value, bool legal)
    {
        unchecked {
            if (funct3 == 0) return _operate32(PLAIN, 0, a, _immediate(word)); // ADDIW
            uint256 funct7 = word >> 25;
            if (funct7 == MULDIV) return (0, false);
            return _operate32(funct7, funct3, a, uint64(word >> 20 & 31));
        }
    }

    function _operate(uint256 funct7, uint256 funct3, uint64 a, uint64 b)
        private
        pure
        returns (uint64 value, bool legal)
    {
        unchecked {
            if (funct7 == PLAIN) {
                if (funct3 == 0) return (a + b, true); // ADD
                if (funct3 == 1) return (a << (b & 63), true); // SLL
                if (funct3 == 2) return (int64(a) < int64(b) ? 1 : 0, true); // SLT
                if (funct3 == 3) return (a < b ? 1 : 0, true); // SLTU
                if (funct3 == 4) return (a ^ b, true); // XOR
                if (funct3 == 5) return (a >> (b & 63), true); // SRL
                if (funct3 == 6) return (a | b, true); // OR
                return (a & b, true); // AND
            }
            if (funct7 == ALTERNATE) {
                if (funct3 == 0) return (a - b, true); // SUB
                if (funct3 == 5) return (uint64(int64(a) >> (b & 63)), true); // SRA
                return (0, false);
            }
            if (funct7 == MULDIV) {
                int256 sa = int64(a);
                int256 sb = int64(b);
                if (funct3 == 0) return (a * b, true); // MUL
                if (funct3 == 1) return (uint64(uint256((sa * sb) >> 64)), true); // MULH
                if (funct3 == 2) return (uint64(uint256((sa * int256(uint256(b))) >> 64)), true); // MULHSU
                if (funct3 == 3) return (uint64((uint256(a) * b) >> 64), true); // MULHU
                if (b == 0) return (funct3 < 6 ? type(uint64).max : a, true);
                // In 256 bits the least number by -1 does not overflow; the cut to 64 bits wraps it.
                if (funct3 == 4) return (uint64(uint256(sa / sb)), true); // DIV
                if (funct3 == 5) return (a / b, true); // DIVU
                if (funct3 == 6) return (uint64(uint256(sa % sb)), true); // REM
                return (a % b, true); // REMU
            }
            return (0, false);
        }
    }

    /// The word forms: on the low 32 bits, the result sign-extended.
    function _operate32(uint256 funct7, uint256 funct3, uint64 a, uint64 b)
        private
        pure
        returns (uint64 value, bool legal)
    {
        unchecked {
            uint32 ua = uint32(a);
            uint32 ub = uint32(b);
            uint32 result;
            if (funct7 == PLAIN) {
                if (funct3 == 0) result = ua + ub; // ADDW
                else if (funct3 == 1) result = ua << (ub & 31); // SLLW
                else if (funct3 == 5) result = ua >> (ub & 31); // SRLW
                else return (0, false);
            } else if (funct7 == ALTERNATE) {
                if (funct3 == 0) result = ua - ub; // SUBW
                else if (funct3 == 5) result = uint32(int32(ua) >> (ub & 31)); // SRAW
                else return (0, false);
            } else if (funct7 == MULDIV) {
                int256 sa = int32(ua);
                int256 sb = int32(ub);
                if (funct3 == 0) result = ua * ub; // MULW
                else if (funct3 < 4) return (0, false);
                else if (ub == 0) result = funct3 < 6 ? type(uint32).max : ua;
                else if (funct3 == 4) result = uint32(uint256(sa / sb)); // DIVW
                else if (funct3 == 5) result = ua / ub; // DIVUW
                else if (funct3 == 6) result = uint32(uint256(sa % sb)); // REMW
                else result = ua % ub; // REMUW
            } else {
                return (0, false);
            }
            return (uint64(int64(int32(result))), true);
        }
    }

    /// Halts with the exit code in a0, or as illegal. The pc stays.
    function _call(Access memory access) private pure {
        if (_register(access, A7) != EXIT_CALL) return _illegal(access);
        _setWord(access.state, EXIT_OFFSET, EXITED | _register(access, A0) & 0xff);
    }

    function _illegal(Access memory access) private pure {
        _setWord(access.state, EXIT_OFFSET, ILLEGAL);
    }

    function _next(Access memory access) private pure {
        unchecked {
            _setPc(access, access.pc + 4);
        }
    }

    function _write(Access memory access, uint256 rd, uint64 value) private pure {
        unchecked {
            if (rd != 0) _setWord(access.state, EXIT_OFFSET + 8 * rd, value);
        }
    }

    // ---- Immediates, sign-extended

    function _immediate(uint256 word) private pure returns (uint64) {
        return _signed(word >> 20, 12);
    }

    function _immediateStore(uint256 word) private pure returns (uint64) {
        return _signed(word >> 25 << 5 | word >> 7 & 31, 12);
    }

    function _immediateBranch(uint256 word) private pure returns (uint64) {
        return _signed(word >> 31 << 12 | (word >> 7 & 1) << 11 | (word >> 25 & 63) << 5 | (word >> 8 & 15) << 1, 13);
    }

    function _immediateUpper(uint256 word) private pure returns (uint64) {
        return _signed(word & 0xfffff000, 32);
    }

    function _immediateJump(uint256 word) private pure returns (uint64) {
        return _signed(word >> 31 << 20 | word & 0xff000 | (word >> 20 & 1) << 11 | (word >> 21 & 1023) << 1, 21);
    }

    function _signed(uint256 value, uint256 bits) private pure returns (uint64 result) {
        // SAFETY: no memory is touched; the cut to 64 bits leaves no dirty bits.
        assembly ("memory-safe") {
            let unused := sub(256, bits)
            result := and(sar(unused, shl(unused, value)), 0xffffffffffffffff)
        }
    }

    // ---- Memory and leaves

    /// The address wrapped around the memory and aligned downwards.
    function _effective(Access memory access, uint64 target, uint256 width) private pure returns (uint256) {
        unchecked {
            return target & ((1 << (access.memDepth + 5)) - 1) & ~(width - 1);
        }
    }

    /// The zero-extended number of `width` bytes that a leaf holds at an aligned address.
    function _read(bytes32 leaf, uint256 at, uint256 width) private pure returns (uint64) {
        unchecked {
            return uint64(_lane(leaf, at) >> _shift(at) & _ones(width));
        }
    }

    /// The leaf with the `width` bytes at an aligned address replaced.
    function _replace(bytes32 leaf, uint256 at, uint256 width, uint256 value) private pure returns (bytes32) {
        unchecked {
            uint256 mask = _ones(width) << _shift(at);
            uint256 lane = _lane(leaf, at) & ~mask | value << _shift(at) & mask;
            uint256 below = 192 - 8 * (at & 24);
            return bytes32(uint256(leaf) & ~(uint256(type(uint64).max) << below) | _reverse(lane) << below);
        }
    }

    /// The one of a leaf's four little-endian lanes that holds the address.
    function _lane(bytes32 leaf, uint256 at) private pure returns (uint256) {
        unchecked {
            return _reverse(uint64(uint256(leaf) >> (192 - 8 * (at & 24))));
        }
    }

    /// How many bits below the address its lane begins.
    function _shift(uint256 at) private pure returns (uint256) {
        unchecked {
            return 8 * (at & 7);
        }
    }

    function _ones(uint256 width) private pure returns (uint256) {
        unchecked {
            return (1 << (8 * width)) - 1;
        }
    }

    /// The eight bytes of a 64-bit number in the other order.
    function _reverse(uint256 v) private pure returns (uint256) {
        v = (v & 0x00ff00ff00ff00ff) << 8 | v >> 8 & 0x00ff00ff00ff00ff;
        v = (v & 0x0000ffff0000ffff) << 16 | v >> 16 & 0x0000ffff0000ffff;
        return (v & 0xffffffff) << 32 | v >> 32;
    }

    // ---- The witness

    /// The witness's next leaf.
    function _leaf(Access memory access) private pure returns (bytes32 leaf) {
        uint256 cursor = access.cursor;
        // SAFETY: calldata beyond its end reads as zero; `_behind` checks the end.
        assembly ("memory-safe") {
            leaf := calldataload(cursor)
        }
    }

    /// The root above the leaf at the cursor, by the proof `mask u64 | siblings` behind it; moves the cursor on.
    function _climb(Access memory access, uint256 depth, uint256 index, bytes32 leaf) private pure returns (bytes32) {
        (uint256 proof, uint256 path, uint256 zero, uint256 top) = _way(access, depth, index);
        // SAFETY: hashes in the scratch space; reads zero hashes inside their table, since depth <= 32. The inner loop
        // ends by itself, since no bit of the mask is set at or above the depth.
        assembly ("memory-safe") {
            for {} 1 {} {
                for {} and(path, GIVEN) {} {
                    let side := and(path, 32)
                    mstore(side, leaf)
                    mstore(xor(side, 32), calldataload(proof))
                    leaf := keccak256(0, 64)
                    proof := add(proof, 32)
                    path := shr(1, path)
                }
                let sibling := add(zero, proof)
                if eq(sibling, top) { break }
                let side := and(path, 32)
                mstore(side, leaf)
                mstore(xor(side, 32), mload(sibling))
                leaf := keccak256(0, 64)
                zero := add(zero, 32)
                path := shr(1, path)
            }
        }
        _behind(access, proof);
        return leaf;
    }

    /// Like `_climb`, for two leaves in the same place: the tree before and after a write. Each sibling is put beside
    /// the one, then beside the other.
    function _climbTwice(Access memory access, uint256 depth, uint256 index, bytes32 leaf, bytes32 written)
        private
        pure
        returns (bytes32, bytes32)
    {
        (uint256 proof, uint256 path, uint256 zero, uint256 top) = _way(access, depth, index);
        // SAFETY: as in `_climb`.
        assembly ("memory-safe") {
            for {} 1 {} {
                for {} and(path, GIVEN) {} {
                    let side := and(path, 32)
                    mstore(side, leaf)
                    mstore(xor(side, 32), calldataload(proof))
                    leaf := keccak256(0, 64)
                    mstore(side, written)
                    written := keccak256(0, 64)
                    proof := add(proof, 32)
                    path := shr(1, path)
                }
                let sibling := add(zero, proof)
                if eq(sibling, top) { break }
                let side := and(path, 32)
                mstore(side, leaf)
                mstore(xor(side, 32), mload(sibling))
                leaf := keccak256(0, 64)
                mstore(side, written)
                written := keccak256(0, 64)
                zero := add(zero, 32)
                path := shr(1, path)
            }
        }
        _behind(access, proof);
        return (leaf, written);
    }

    /// What climbing begins with. In `path`, bit 5 is the side that the node is on: the place of its 32 bytes among the
    /// 64 hashed; bit `GIVEN` says whether the sibling is given; both by one shift per level. A level takes 32 bytes
    /// either from the proof or from the zero hashes, so that the sum of `proof` and `zero` is where the level's zero
    /// hash lies, and `top` at the end.
    function _way(Access memory access, uint256 depth, uint256 index)
        private
        pure
        returns (uint256 proof, uint256 path, uint256 zero, uint256 top)
    {
        unchecked {
            proof = access.cursor + 32;
            uint256 mask;
            // SAFETY: calldata beyond its end reads as zero; `_behind` checks the end.
            assembly ("memory-safe") {
                mask := shr(192, calldataload(proof))
            }
            if (mask >> depth != 0) revert UnusedMaskBits(mask);
            proof += 8;
            path = mask << 128 | index << 5;
            zero = access.zeros - proof;
            top = access.zeros + (depth << 5);
        }
    }

    /// Moves the cursor behind a proof.
    function _behind(Access memory access, uint256 proof) private pure {
        if (proof > access.end) revert WitnessTooShort(proof - access.begin, access.end - access.begin);
        access.cursor = proof;
    }

    // ---- The state

    function _register(Access memory access, uint256 number) private pure returns (uint64) {
        unchecked {
            // Where x0 would be is the exit, which is 0 as long as instructions are executed.
            return _word(access.state, EXIT_OFFSET + 8 * number);
        }
    }

    function _setPc(Access memory access, uint64 pc) private pure {
        _setWord(access.state, PC_OFFSET, pc);
    }

    function _memoryRoot(Access memory access) private pure returns (bytes32 root) {
        uint256 state = access.state;
        // SAFETY: reads the state's first word.
        assembly ("memory-safe") {
            root := mload(state)
        }
    }

    function _setMemoryRoot(Access memory access, bytes32 root) private pure {
        uint256 state = access.state;
        // SAFETY: writes the state's first word.
        assembly ("memory-safe") {
            mstore(state, root)
        }
    }

    function _word(uint256 state, uint256 offset) private pure returns (uint64 value) {
        // SAFETY: offset <= 288; the word read ends inside the 320 bytes set aside.
        assembly ("memory-safe") {
            value := shr(192, mload(add(state, offset)))
        }
    }

    function _setWord(uint256 state, uint256 offset, uint64 value) private pure {
        // SAFETY: as in `_word`; the bytes behind the eight are written back as they were.
        assembly ("memory-safe") {
            let at := add(state, offset)
            mstore(at, or(shl(192, value), shr(64, shl(64, mload(at)))))
        }
    }

    function _copyState(bytes calldata witness) private pure returns (uint256 state) {
        // SAFETY: sets aside 320 bytes of fresh memory and fills 296; `step` has checked the witness's length.
        assembly ("memory-safe") {
            state := mload(0x40)
            mstore(0x40, add(state, 320))
            calldatacopy(state, witness.offset, STATE_BYTES)
        }
    }

    function _hashState(uint256 state) private pure returns (bytes32 hash) {
        // SAFETY: hashes the 296 bytes that `_copyState` has filled.
        assembly ("memory-safe") {
            hash := keccak256(state, STATE_BYTES)
        }
    }

    function _zeroHashes() private pure returns (uint256 at) {
        bytes memory table = ZERO_HASHES;
        // SAFETY: skips the length of a bytes value.
        assembly ("memory-safe") {
            at := add(table, 32)
        }
    }

    function _offset(bytes calldata witness) private pure returns (uint256 offset) {
        // SAFETY: only names the offset.
        assembly ("memory-safe") {
            offset := witness.offset
        }
    }

    // forge-lint: disable-end(unsafe-typecast, incorrect-shift)
}
