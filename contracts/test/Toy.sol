// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Trees as arrays of leaves, in the obvious way
library Trees {
    function zero(uint256 height) internal pure returns (bytes32 z) {
        for (uint256 h = 0; h < height; ++h) {
            z = keccak256(abi.encode(z, z));
        }
    }

    /// @notice Node `index` of the given height.
    function at(bytes32[] memory leaves, uint256 height, uint256 index) internal pure returns (bytes32) {
        if (height == 0) return index < leaves.length ? leaves[index] : bytes32(0);
        return keccak256(abi.encode(at(leaves, height - 1, 2 * index), at(leaves, height - 1, 2 * index + 1)));
    }

    /// @notice Mask and siblings of node `index` of the given height, in a tree of this depth.
    function proof(bytes32[] memory leaves, uint256 height, uint256 index, uint256 depth)
        internal
        pure
        returns (bytes memory)
    {
        uint64 mask;
        bytes memory siblings;
        for (uint256 h = height; h < depth; ++h) {
            bytes32 sibling = at(leaves, h, (index >> (h - height)) ^ 1);
            if (sibling != zero(h)) {
                mask |= uint64(1) << uint64(h - height);
                siblings = bytes.concat(siblings, sibling);
            }
        }
        return bytes.concat(bytes8(mask), siblings);
    }
}

/// @title A few instructions of RV64IM, as an executor would run them
/// @notice Enough for the toy models' programs; anything else halts as illegal, as in the machine itself.
library Toy {
    uint256 internal constant CODE_DEPTH = 1;
    uint256 internal constant MEM_DEPTH = 3;
    uint256 private constant MEM_BYTES = 32 << MEM_DEPTH;

    struct Machine {
        bytes32[] memory_;
        uint64 pc;
        uint64 exit;
        uint64[32] x;
    }

    // ------------------------------------------------------------------ assembler

    function ld(uint32 rd, uint32 at) internal pure returns (uint32) {
        return at << 20 | 3 << 12 | rd << 7 | 0x03;
    }

    function sd(uint32 rs, uint32 at) internal pure returns (uint32) {
        return at >> 5 << 25 | rs << 20 | 3 << 12 | (at & 31) << 7 | 0x23;
    }

    function addi(uint32 rd, uint32 rs, uint32 imm) internal pure returns (uint32) {
        return imm << 20 | rs << 15 | rd << 7 | 0x13;
    }

    function add(uint32 rd, uint32 a, uint32 b) internal pure returns (uint32) {
        return b << 20 | a << 15 | rd << 7 | 0x33;
    }

    function mul(uint32 rd, uint32 a, uint32 b) internal pure returns (uint32) {
        return 1 << 25 | add(rd, a, b);
    }

    function sltu(uint32 rd, uint32 a, uint32 b) internal pure returns (uint32) {
        return 3 << 12 | add(rd, a, b);
    }

    uint32 internal constant ECALL = 0x73;
    uint32 internal constant LOOP = 0x6f; // jal x0, 0

    // ------------------------------------------------------------------ executor

    function run(Machine memory m, uint32[] memory code, uint256 steps) internal pure {
        for (uint256 i = 0; i < steps && m.exit == 0; ++i) {
            step(m, code);
        }
    }

    function fetch(uint64 pc, uint32[] memory code) private pure returns (uint32) {
        return pc / 4 < code.length ? code[pc / 4] : 0;
    }

    function step(Machine memory m, uint32[] memory code) private pure {
        uint32 w = fetch(m.pc, code);
        uint32 rd = w >> 7 & 31;
        uint64 a = m.x[w >> 15 & 31];
        uint64 b = m.x[w >> 20 & 31];
        uint32 kind = w & 0x7f | w >> 12 << 29 >> 17; // opcode, and funct3 in bits 12 to 14
        unchecked {
            if (kind == (0x03 | 3 << 12)) {
                m.x[rd] = load(m, a + (w >> 20));
            } else if (kind == (0x23 | 3 << 12)) {
                store(m, a + (w >> 25 << 5 | rd), b);
            } else if (kind == 0x13) {
                m.x[rd] = a + (w >> 20);
            } else if (kind == 0x33) {
                m.x[rd] = w >> 25 == 1 ? a * b : a + b;
            } else if (kind == (0x33 | 3 << 12)) {
                m.x[rd] = a < b ? 1 : 0;
            } else if (w == LOOP) {
                return;
            } else if (w == ECALL && m.x[17] == 93) {
                m.exit = 1 << 63 | m.x[10] & 255;
                return;
            } else {
                m.exit = 1 << 62;
                return;
            }
            m.x[0] = 0;
            m.pc += 4;
        }
    }

    function load(Machine memory m, uint64 address_) private pure returns (uint64) {
        uint256 at = address_ % MEM_BYTES / 8 * 8;
        return swap(uint64(uint256(m.memory_[at / 32]) >> (192 - at % 32 * 8)));
    }

    function store(Machine memory m, uint64 address_, uint64 value) private pure {
        uint256 at = address_ % MEM_BYTES / 8 * 8;
        uint256 shift = 192 - at % 32 * 8;
        uint256 leaf = uint256(m.memory_[at / 32]) & ~(uint256(type(uint64).max) << shift);
        m.memory_[at / 32] = bytes32(leaf | uint256(swap(value)) << shift);
    }

    /// @notice Guest numbers are little-endian.
    function swap(uint64 v) internal pure returns (uint64 r) {
        for (uint256 i = 0; i < 8; ++i) {
            r = r << 8 | v & 255;
            v >>= 8;
        }
    }

    // ------------------------------------------------------------------ commitments

    function encode(Machine memory m) internal pure returns (bytes memory out) {
        out = abi.encodePacked(Trees.at(m.memory_, MEM_DEPTH, 0), m.pc, m.exit);
        for (uint256 i = 1; i < 32; ++i) {
            out = bytes.concat(out, bytes8(m.x[i]));
        }
    }

    function hash(Machine memory m) internal pure returns (bytes32) {
        return keccak256(encode(m));
    }

    function codeLeaves(uint32[] memory code) internal pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](2);
        for (uint256 i = 0; i < code.length; ++i) {
            uint256 word = uint256(swap(uint64(code[i]) << 32));
            leaves[i / 8] |= bytes32(word << (224 - i % 8 * 32));
        }
    }

    function witness(Machine memory m, uint32[] memory code) internal pure returns (bytes memory out) {
        out = encode(m);
        if (m.exit != 0) return out;
        if (m.pc < 64) {
            bytes32[] memory leaves = codeLeaves(code);
            out = bytes.concat(out, leaves[m.pc / 32], Trees.proof(leaves, 0, m.pc / 32, CODE_DEPTH));
        }
        uint32 w = fetch(m.pc, code);
        if (w & 0x7f == 0x03 || w & 0x7f == 0x23) {
            uint64 offset = w & 0x7f == 0x03 ? w >> 20 : w >> 25 << 5 | w >> 7 & 31;
            uint256 at = (m.x[w >> 15 & 31] + offset) % MEM_BYTES / 32;
            out = bytes.concat(out, m.memory_[at], Trees.proof(m.memory_, 0, at, MEM_DEPTH));
        }
    }
}
