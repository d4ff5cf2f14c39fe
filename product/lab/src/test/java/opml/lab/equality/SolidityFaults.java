package opml.lab.equality;

import java.util.ArrayList;
import java.util.List;

/// Mistakes in `Step.sol`, in the order of its text.
final class SolidityFaults {
  private static final String FILE = "Step.sol";

  private final List<Fault> all = new ArrayList<>();

  static List<Fault> all() {
    SolidityFaults faults = new SolidityFaults();
    faults.constants();
    faults.stepAndFetch();
    faults.decoding();
    faults.jumpsLoadsAndStores();
    faults.arithmetic();
    faults.wordArithmetic();
    faults.control();
    faults.immediates();
    faults.leaves();
    faults.climbing();
    return List.copyOf(faults.all);
  }

  private void plant(String name, String text, String planted) {
    all.add(new Fault(name, FILE, text, planted));
  }

  private void constants() {
    plant("illegal is another number", "ILLEGAL = 1 << 62;", "ILLEGAL = 1 << 61;");
    plant("exited is another number", "EXITED = 1 << 63;", "EXITED = 1 << 62;");
    plant("another call exits", "EXIT_CALL = 93;", "EXIT_CALL = 94;");
    plant("the highest zero hash is wrong", "hex\"8448818b", "hex\"8448818c");
  }

  private void stepAndFetch() {
    plant(
        "the prestate is not checked",
        "if (_hashState(access.state) != prestate) revert StateMismatch();",
        "prestate;");
    plant(
        "an exited machine goes on",
        "if (_word(access.state, EXIT_OFFSET) == RUNNING) {",
        "if (_word(access.state, EXIT_OFFSET) != ILLEGAL) {");
    plant(
        "only 2^63 and 2^62 halt",
        "if (_word(access.state, EXIT_OFFSET) == RUNNING) {",
        "if (_word(access.state, EXIT_OFFSET) < ILLEGAL) {");
    plant(
        "trailing bytes are taken",
        "if (access.cursor != access.end) revert",
        "if (access.cursor > access.end) revert");
    plant("a misaligned pc fetches", "if (pc & 3 != 0 || pc >>", "if (pc >>");
    plant(
        "the program is twice as long",
        "pc >> (access.codeDepth + 5) != 0",
        "pc >> (access.codeDepth + 6) != 0");
    plant("pc wraps around the program", " || pc >> (access.codeDepth + 5) != 0", "");
    plant(
        "the code proof is not checked",
        "if (_climb(access, access.codeDepth, pc >> 5, leaf) != access.codeRoot)"
            + " revert CodeMismatch();",
        "_climb(access, access.codeDepth, pc >> 5, leaf);");
    plant(
        "another word of the leaf", "return _read(leaf, pc, 4);", "return _read(leaf, pc ^ 4, 4);");
  }

  private void decoding() {
    plant("rs1 is another field", "word >> 15 & 31);", "word >> 14 & 31);");
    plant("a load of funct3 7", "if (funct3 == 7) return _illegal(access);", "");
    plant("a store of funct3 4", "if (funct3 > 3)", "if (funct3 > 4)");
    plant(
        "a JALR of any funct3",
        "if (funct3 != 0) return _illegal(access);\n                return _jump",
        "return _jump");
    plant(
        "FENCE.I is legal",
        "if (funct3 != 0) return _illegal(access);\n                return _next",
        "return _next");
    plant("EBREAK is an ecall", "word == ECALL", "opcode == ECALL");
    plant(
        "AUIPC counts from the next word",
        "value = access.pc + _immediateUpper(word);",
        "value = access.pc + 4 + _immediateUpper(word);");
    plant("an illegal word goes on", "if (!legal) return _illegal(access);", "");
  }

  private void jumpsLoadsAndStores() {
    plant(
        "the link is the jump itself",
        "_write(access, rd, access.pc + 4);",
        "_write(access, rd, access.pc);");
    plant(
        "JALR reads what it has linked",
        "return _jump(access, rd, a + _immediate(word));",
        "_write(access, rd, access.pc + 4);"
            + " return _jump(access, rd, _register(access, word >> 15 & 31) + _immediate(word));");
    plant("a jump keeps bit 1", "target & ~uint64(3)", "target & ~uint64(1)");
    plant("BEQ compares low words", "taken = a == b;", "taken = uint32(a) == uint32(b);");
    plant("a branch of funct3 2", "else if (funct3 < 4) return _illegal(access);", "");
    plant("BLT is unsigned", "taken = int64(a) < int64(b); // BLT", "taken = a < b; // BLT");
    plant("BLTU is signed", "taken = a < b; // BLTU", "taken = int64(a) < int64(b); // BLTU");
    plant(
        "a branch keeps bit 1",
        "_immediateBranch(word) & ~uint64(3)",
        "_immediateBranch(word) & ~uint64(1)");
    plant("a load's width by all of funct3", "1 << (funct3 & 3)", "1 << funct3");
    plant(
        "LB is not sign-extended",
        "uint64(int64(int8(uint8(value)))); // LB",
        "uint8(value); // LB");
    plant("LH is a byte", "int64(int16(uint16(value)))", "int64(int8(uint8(value)))");
    plant(
        "LW is not sign-extended",
        "uint64(int64(int32(uint32(value)))); // LW",
        "uint32(value); // LW");
    plant(
        "LWU is sign-extended",
        "else if (funct3 == 2) value =",
        "else if (funct3 & 3 == 2) value =");
    plant(
        "a load's proof is not checked",
        "if (_climb(access, access.memDepth, at >> 5, leaf) != _memoryRoot(access))"
            + " revert MemoryMismatch();",
        "_climb(access, access.memDepth, at >> 5, leaf);");
    plant(
        "a store's proof is not checked",
        "if (root != _memoryRoot(access)) revert MemoryMismatch();",
        "root;");
    plant(
        "a store changes nothing",
        "_setMemoryRoot(access, written);",
        "_setMemoryRoot(access, root); written;");
  }

  private void arithmetic() {
    plant("a shift amount of five bits", "uint64(word >> 20 & 63)", "uint64(word >> 20 & 31)");
    plant(
        "SRAIW takes its sixth bit for nothing",
        "uint256 funct7 = word >> 25;",
        "uint256 funct7 = word >> 26 << 1;");
    plant("MUL in the immediate form", "if (funct7 == MULDIV) return (0, false);", "");
    plant("SLL by five bits", "(a << (b & 63), true); // SLL", "(a << (b & 31), true); // SLL");
    plant("SLL does not mask", "(a << (b & 63), true); // SLL", "(a << b, true); // SLL");
    plant("SLT is unsigned", "(int64(a) < int64(b) ? 1 : 0, true)", "(a < b ? 1 : 0, true)");
    plant(
        "SLTU is signed",
        "(a < b ? 1 : 0, true); // SLTU",
        "(int64(a) < int64(b) ? 1 : 0, true); // SLTU");
    plant("SRL does not mask", "(a >> (b & 63), true); // SRL", "(a >> b, true); // SRL");
    plant("SRA is logical", "(uint64(int64(a) >> (b & 63)), true)", "(a >> (b & 63), true)");
    plant("SUB the other way round", "(a - b, true); // SUB", "(b - a, true); // SUB");
    plant("MULH is unsigned", "(sa * sb) >> 64", "int256(uint256(a) * b) >> 64");
    plant("MULHSU is MULH", "sa * int256(uint256(b))", "sa * sb");
    plant("MULHU is MULHSU", "(uint256(a) * b) >> 64", "uint256(sa * int256(uint256(b))) >> 64");
    plant(
        "DIV by zero is 0",
        "(funct3 < 6 ? type(uint64).max : a, true)",
        "(funct3 < 6 ? 0 : a, true)");
    plant(
        "REM by zero is -1",
        "(funct3 < 6 ? type(uint64).max : a, true)",
        "(type(uint64).max, true)");
    plant(
        "DIV saturates",
        "(uint64(uint256(sa / sb)), true); // DIV",
        "(sa / sb > type(int64).max ? uint64(type(int64).max) : uint64(uint256(sa / sb)), true);");
    plant("DIVU is signed", "(a / b, true); // DIVU", "(uint64(uint256(sa / sb)), true);");
    plant("REM has no sign", "(uint64(uint256(sa % sb)), true); // REM", "(a % b, true);");
    plant("REMU is signed", "(a % b, true); // REMU", "(uint64(uint256(sa % sb)), true);");
  }

  private void wordArithmetic() {
    plant("SLLW by six bits", "ua << (ub & 31)", "ua << (ub & 63)");
    plant("SRAW is logical", "uint32(int32(ua) >> (ub & 31)); // SRAW", "ua >> (ub & 31);");
    plant("DIVW by zero is 0", "? type(uint32).max : ua", "? 0 : ua");
    plant("DIVW by zero looks at 64 bits", "else if (ub == 0)", "else if (b == 0)");
    plant("DIVUW is signed", "result = ua / ub;", "result = uint32(uint256(sa / sb));");
    plant("REMW has no sign", "result = uint32(uint256(sa % sb));", "result = ua % ub;");
    plant("word results are not sign-extended", "uint64(int64(int32(result)))", "uint64(result)");
  }

  private void control() {
    plant(
        "an ecall looks at half of a7",
        "if (_register(access, A7) != EXIT_CALL)",
        "if (uint32(_register(access, A7)) != EXIT_CALL)");
    plant(
        "any ecall exits", "if (_register(access, A7) != EXIT_CALL) return _illegal(access);", "");
    plant(
        "an exit code of seven bits",
        "_register(access, A0) & 0xff",
        "_register(access, A0) & 0x7f");
    plant("an exit code of any size", "_register(access, A0) & 0xff", "_register(access, A0)");
    plant(
        "an illegal word moves pc",
        "_setWord(access.state, EXIT_OFFSET, ILLEGAL);",
        "_setWord(access.state, EXIT_OFFSET, ILLEGAL); _next(access);");
    plant("pc stays", "_setPc(access, access.pc + 4);", "_setPc(access, access.pc);");
    plant("x0 is written", "if (rd != 0) _setWord", "_setWord");
    plant("x31 is not written", "if (rd != 0) _setWord", "if (rd != 0 && rd != 31) _setWord");
    plant(
        "the next register is written", "EXIT_OFFSET + 8 * rd, value", "PC_OFFSET + 8 * rd, value");
  }

  private void immediates() {
    plant(
        "I is not sign-extended", "return _signed(word >> 20, 12);", "return uint64(word >> 20);");
    plant("S takes rs2 for its low bits", "word >> 7 & 31, 12", "word >> 20 & 31, 12");
    plant("B takes bit 8 for bit 7", "(word >> 7 & 1) << 11", "(word >> 8 & 1) << 11");
    plant("B is not sign-extended", "(word >> 8 & 15) << 1, 13", "(word >> 8 & 15) << 1, 14");
    plant("U is not sign-extended", "word & 0xfffff000, 32", "word & 0xfffff000, 33");
    plant("J takes bit 21 for bit 20", "(word >> 20 & 1) << 11", "(word >> 21 & 1) << 11");
    plant("J has a bit too few", "word & 0xff000 |", "word & 0x7f000 |");
  }

  private void leaves() {
    plant(
        "addresses are not aligned",
        "(access.memDepth + 5)) - 1) & ~(width - 1);",
        "(access.memDepth + 5)) - 1);");
    plant(
        "addresses are words' at most",
        "(access.memDepth + 5)) - 1) & ~(width - 1);",
        "(access.memDepth + 5)) - 1) & ~(width - 1 & 3);");
    // Without its mask an address would still wrap: climbing looks at as many bits of the index as
    // the tree is deep, and the place in the leaf at the lowest five only. So that mistake is none,
    // and is not here.
    plant(
        "memory is half as large",
        "(1 << (access.memDepth + 5)) - 1",
        "(1 << (access.memDepth + 4)) - 1");
    plant("a read is as wide as its lane", ">> _shift(at) & _ones(width));", ">> _shift(at));");
    plant("a write clears its lane", "_lane(leaf, at) & ~mask | value", "value");
    plant(
        "a write lands in the wrong lane", "below = 192 - 8 * (at & 24)", "below = 8 * (at & 24)");
    plant("a written lane is big-endian", "_reverse(lane) << below", "lane << below");
    plant("the upper lanes are not read", "(192 - 8 * (at & 24))));", "(192 - 8 * (at & 8))));");
    plant("bytes in a lane are not moved", "return 8 * (at & 7);", "return 8 * (at & 3);");
    plant(
        "reversal forgets the bytes",
        "v = (v & 0x00ff00ff00ff00ff) << 8 | v >> 8 & 0x00ff00ff00ff00ff;",
        "");
  }

  private void climbing() {
    plant(
        "a given sibling on the other side",
        """
        mstore(side, leaf)
                            mstore(xor(side, 32), calldataload(proof))
                            leaf := keccak256(0, 64)
                            proof\
        """,
        """
        mstore(xor(side, 32), leaf)
                            mstore(side, calldataload(proof))
                            leaf := keccak256(0, 64)
                            proof\
        """);
    plant(
        "a zero sibling on the other side",
        """
        mstore(side, leaf)
                        mstore(xor(side, 32), mload(sibling))
                        leaf := keccak256(0, 64)
                        zero\
        """,
        """
        mstore(xor(side, 32), leaf)
                        mstore(side, mload(sibling))
                        leaf := keccak256(0, 64)
                        zero\
        """);
    plant(
        "the written leaf always on the left, siblings given",
        """
        mstore(side, written)
                            written := keccak256(0, 64)
                            proof\
        """,
        """
        mstore(0, written)
                            written := keccak256(0, 64)
                            proof\
        """);
    plant(
        "the written leaf climbs no zero sibling",
        """
        mstore(side, written)
                        written := keccak256(0, 64)
                        zero\
        """,
        "zero");
    plant("too many mask bits", "if (mask >> depth != 0) revert UnusedMaskBits(mask);", "");
    plant(
        "one mask bit too many", "if (mask >> depth != 0) revert", "if (mask >> depth > 1) revert");
    plant(
        "a witness may end early",
        "if (proof > access.end) revert WitnessTooShort(proof - access.begin, access.end - access.begin);",
        "");
    plant(
        "a mask of half the bits",
        "shr(192, calldataload(proof))",
        "shr(208, calldataload(proof))");
    plant("a mask off by one", "mask << 128 |", "mask << 127 |");
    plant("an index off by one", "index << 5;", "(index + 1) << 5;");
    plant("a depth off by one", "(depth << 5)", "(depth + 1 << 5)");
  }
}
