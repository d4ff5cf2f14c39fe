package opml.twins.x86;

/// The vector instructions, each with its encoding as the SDM has it on its page. All have W0 or ignore W (WIG), but
/// for those of doubles, whose EVEX form has W1, and of which a fused one has it with VEX, too. The VEX form is taken
/// where there is one that can hold the operands, else the EVEX form.
public enum SimdOp implements X86Operation {
  //             VEX          EVEX         pp  map opcode operands  tuple
  VMOVDQU_LOAD("vmovdqu", "vmovdqu32", 0xF3, 0x0F, 0x6F, Form.RM, Tuple.FULL_MEM),
  VMOVDQU_STORE("vmovdqu", "vmovdqu32", 0xF3, 0x0F, 0x7F, Form.MR, Tuple.FULL_MEM),
  VMOVUPS_LOAD("vmovups", "vmovups", 0, 0x0F, 0x10, Form.RM, Tuple.FULL_MEM),
  VMOVUPS_STORE("vmovups", "vmovups", 0, 0x0F, 0x11, Form.MR, Tuple.FULL_MEM),
  VPBROADCASTD("vpbroadcastd", "vpbroadcastd", 0x66, 0x0F38, 0x58, Form.RM, Tuple.TUPLE1_SCALAR),
  VBROADCASTSS("vbroadcastss", "vbroadcastss", 0x66, 0x0F38, 0x18, Form.RM, Tuple.TUPLE1_SCALAR),
  VBROADCASTI128("vbroadcasti128", "vbroadcasti32x4", 0x66, 0x0F38, 0x5A, Form.RM, Tuple.TUPLE4),
  VPMOVSXBW("vpmovsxbw", "vpmovsxbw", 0x66, 0x0F38, 0x20, Form.RM, Tuple.HALF_MEM),
  VPMOVZXBW("vpmovzxbw", "vpmovzxbw", 0x66, 0x0F38, 0x30, Form.RM, Tuple.HALF_MEM),
  VPMOVSXBD("vpmovsxbd", "vpmovsxbd", 0x66, 0x0F38, 0x21, Form.RM, Tuple.QUARTER_MEM),
  VPMOVZXBD("vpmovzxbd", "vpmovzxbd", 0x66, 0x0F38, 0x31, Form.RM, Tuple.QUARTER_MEM),
  VPMOVZXWD("vpmovzxwd", "vpmovzxwd", 0x66, 0x0F38, 0x33, Form.RM, Tuple.HALF_MEM),
  VCVTPH2PS("vcvtph2ps", "vcvtph2ps", 0x66, 0x0F38, 0x13, Form.RM, Tuple.HALF_MEM),
  VMOVD("vmovd", "vmovd", 0x66, 0x0F, 0x6E, Form.RM, Tuple.TUPLE1_SCALAR),
  VMOVD_STORE("vmovd", "vmovd", 0x66, 0x0F, 0x7E, Form.MR, Tuple.TUPLE1_SCALAR),
  VPHADDD("vphaddd", "vphaddd", 0x66, 0x0F38, 0x02, Form.RVM, Tuple.FULL_MEM),
  VPACKSSDW("vpackssdw", "vpackssdw", 0x66, 0x0F, 0x6B, Form.RVM, Tuple.FULL),
  VPUNPCKLWD("vpunpcklwd", "vpunpcklwd", 0x66, 0x0F, 0x61, Form.RVM, Tuple.FULL_MEM),
  VPUNPCKLDQ("vpunpckldq", "vpunpckldq", 0x66, 0x0F, 0x62, Form.RVM, Tuple.FULL),
  VPUNPCKHDQ("vpunpckhdq", "vpunpckhdq", 0x66, 0x0F, 0x6A, Form.RVM, Tuple.FULL),
  VPSHUFB("vpshufb", "vpshufb", 0x66, 0x0F38, 0x00, Form.RVM, Tuple.FULL_MEM),
  VPMADDUBSW("vpmaddubsw", "vpmaddubsw", 0x66, 0x0F38, 0x04, Form.RVM, Tuple.FULL_MEM),
  VPMADDWD("vpmaddwd", "vpmaddwd", 0x66, 0x0F, 0xF5, Form.RVM, Tuple.FULL_MEM),
  VPADDD("vpaddd", "vpaddd", 0x66, 0x0F, 0xFE, Form.RVM, Tuple.FULL),
  VPADDW("vpaddw", "vpaddw", 0x66, 0x0F, 0xFD, Form.RVM, Tuple.FULL_MEM),
  VPMULLD("vpmulld", "vpmulld", 0x66, 0x0F38, 0x40, Form.RVM, Tuple.FULL),
  VPAND("vpand", "vpandd", 0x66, 0x0F, 0xDB, Form.RVM, Tuple.FULL),
  VPOR("vpor", "vpord", 0x66, 0x0F, 0xEB, Form.RVM, Tuple.FULL),
  VPSRLW("vpsrlw", "vpsrlw", 0x66, 0x0F, 0x71, 2, Tuple.FULL_MEM),
  VPSLLW("vpsllw", "vpsllw", 0x66, 0x0F, 0x71, 6, Tuple.FULL_MEM),
  VPSRLD("vpsrld", "vpsrld", 0x66, 0x0F, 0x72, 2, Tuple.FULL),
  VPSLLD("vpslld", "vpslld", 0x66, 0x0F, 0x72, 6, Tuple.FULL),
  VPXOR("vpxor", "vpxord", 0x66, 0x0F, 0xEF, Form.RVM, Tuple.FULL),
  VPDPBUSD("{vex} vpdpbusd", "vpdpbusd", 0x66, 0x0F38, 0x50, Form.RVM, Tuple.FULL),
  VCVTDQ2PS("vcvtdq2ps", "vcvtdq2ps", 0, 0x0F, 0x5B, Form.RM, Tuple.FULL),
  VADDPS("vaddps", "vaddps", 0, 0x0F, 0x58, Form.RVM, Tuple.FULL),
  VMULPS("vmulps", "vmulps", 0, 0x0F, 0x59, Form.RVM, Tuple.FULL),
  VMAXPS("vmaxps", "vmaxps", 0, 0x0F, 0x5F, Form.RVM, Tuple.FULL),
  VMINPS("vminps", "vminps", 0, 0x0F, 0x5D, Form.RVM, Tuple.FULL),
  VFIXUPIMMPS("", "vfixupimmps", 0x66, 0x0F3A, 0x54, Form.RVMI, Tuple.FULL),
  VFMADD231PS("vfmadd231ps", "vfmadd231ps", 0x66, 0x0F38, 0xB8, Form.RVM, Tuple.FULL),
  VCVTDQ2PD("vcvtdq2pd", "vcvtdq2pd", 0xF3, 0x0F, 0xE6, Form.RM, Tuple.HALF_MEM),
  VBROADCASTSD("vbroadcastsd", "vbroadcastsd", 0x66, 0x0F38, 0x19, Form.RM, Tuple.TUPLE1_DOUBLE),
  VFMADD213PD("vfmadd213pd", "vfmadd213pd", 0x66, 0x0F38, 0xA8, Form.RVM, Tuple.FULL_DOUBLE),
  VMAXPD("vmaxpd", "vmaxpd", 0x66, 0x0F, 0x5F, Form.RVM, Tuple.FULL_DOUBLE),
  VMINPD("vminpd", "vminpd", 0x66, 0x0F, 0x5D, Form.RVM, Tuple.FULL_DOUBLE),
  VPERMD("vpermd", "vpermd", 0x66, 0x0F38, 0x36, Form.RVM, Tuple.FULL),
  VPERMT2D("", "vpermt2d", 0x66, 0x0F38, 0x7E, Form.RVM, Tuple.FULL),
  VPMOVDB_STORE("", "vpmovdb", 0xF3, 0x0F38, 0x31, Form.MR, Tuple.QUARTER_MEM),
  VZEROUPPER("vzeroupper", "vzeroupper", 0, 0x0F, 0x77, Form.ZO, Tuple.FULL_MEM);

  /// Where operands are encoded, in the order of the assembler's operands: R is ModRM.reg, V is vvvv, M is ModRM.r/m,
  /// I is a byte behind.
  enum Form {
    RM,
    MR,
    RVM,
    RVMI,
    VMI,
    ZO
  }

  /// How much memory an operand takes, and so the unit of EVEX's 8-bit displacement (SDM 2.7.5, tables 2-36, 2-37).
  enum Tuple {
    FULL,
    FULL_MEM,
    HALF_MEM,
    QUARTER_MEM,
    TUPLE4,
    TUPLE1_SCALAR,
    FULL_DOUBLE,
    TUPLE1_DOUBLE
  }

  /// Names as the GNU assembler wants them; empty where there is no VEX form.
  final String vexMnemonic;

  final String evexMnemonic;

  /// The field pp: 0 none, 1 is 66, 2 is F3 (SDM 2.3.6.1).
  final int prefix;

  /// The field mmmmm: 1 is 0F, 2 is 0F 38, 3 is 0F 3A (SDM 2.3.6.1).
  final int map;

  final int opcode;
  final Form form;
  final Tuple tuple;

  /// What stands in ModRM.reg instead of a register, for [Form#VMI].
  final int extension;

  SimdOp(
      String vexMnemonic,
      String evexMnemonic,
      int prefix,
      int map,
      int opcode,
      Form form,
      Tuple tuple) {
    this(vexMnemonic, evexMnemonic, prefix, map, opcode, form, tuple, 0);
  }

  SimdOp(
      String vexMnemonic,
      String evexMnemonic,
      int prefix,
      int map,
      int opcode,
      int extension,
      Tuple tuple) {
    this(vexMnemonic, evexMnemonic, prefix, map, opcode, Form.VMI, tuple, extension);
  }

  SimdOp(
      String vexMnemonic,
      String evexMnemonic,
      int prefix,
      int map,
      int opcode,
      Form form,
      Tuple tuple,
      int extension) {
    this.vexMnemonic = vexMnemonic;
    this.evexMnemonic = evexMnemonic;
    this.prefix = prefix == 0 ? 0 : prefix == 0x66 ? 1 : 2;
    this.map = map == 0x0F ? 1 : map == 0x0F38 ? 2 : 3;
    this.opcode = opcode;
    this.form = form;
    this.tuple = tuple;
    this.extension = extension;
  }

  /// {@return the bit W with EVEX}
  int evexW() {
    return tuple == Tuple.FULL_DOUBLE || tuple == Tuple.TUPLE1_DOUBLE ? 1 : 0;
  }

  /// {@return the bit W with VEX}
  int vexW() {
    return this == VFMADD213PD ? 1 : 0;
  }

  /// {@return what an 8-bit displacement counts in under EVEX}
  int displacementUnit(int vectorBytes, boolean broadcast) {
    return switch (tuple) {
      case FULL -> broadcast ? Integer.BYTES : vectorBytes;
      case FULL_MEM -> vectorBytes;
      case HALF_MEM -> vectorBytes / 2;
      case QUARTER_MEM -> vectorBytes / 4;
      case TUPLE4 -> 4 * Integer.BYTES;
      case TUPLE1_SCALAR -> Integer.BYTES;
      case FULL_DOUBLE -> vectorBytes;
      case TUPLE1_DOUBLE -> Double.BYTES;
    };
  }
}
