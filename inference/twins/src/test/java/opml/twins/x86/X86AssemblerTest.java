package opml.twins.x86;

import static java.nio.charset.StandardCharsets.UTF_8;
import static opml.twins.x86.EffectiveAddress.at;
import static opml.twins.x86.Simd.ymm;
import static opml.twins.x86.Simd.zmm;
import static opml.twins.x86.SimdOp.VADDPS;
import static opml.twins.x86.SimdOp.VBROADCASTI128;
import static opml.twins.x86.SimdOp.VBROADCASTSD;
import static opml.twins.x86.SimdOp.VBROADCASTSS;
import static opml.twins.x86.SimdOp.VCVTDQ2PD;
import static opml.twins.x86.SimdOp.VCVTDQ2PS;
import static opml.twins.x86.SimdOp.VCVTPH2PS;
import static opml.twins.x86.SimdOp.VFIXUPIMMPS;
import static opml.twins.x86.SimdOp.VFMADD213PD;
import static opml.twins.x86.SimdOp.VFMADD231PS;
import static opml.twins.x86.SimdOp.VMAXPD;
import static opml.twins.x86.SimdOp.VMAXPS;
import static opml.twins.x86.SimdOp.VMINPD;
import static opml.twins.x86.SimdOp.VMINPS;
import static opml.twins.x86.SimdOp.VMOVD;
import static opml.twins.x86.SimdOp.VMOVDQU_LOAD;
import static opml.twins.x86.SimdOp.VMOVDQU_STORE;
import static opml.twins.x86.SimdOp.VMOVD_STORE;
import static opml.twins.x86.SimdOp.VMOVUPS_LOAD;
import static opml.twins.x86.SimdOp.VMOVUPS_STORE;
import static opml.twins.x86.SimdOp.VMULPS;
import static opml.twins.x86.SimdOp.VPACKSSDW;
import static opml.twins.x86.SimdOp.VPADDD;
import static opml.twins.x86.SimdOp.VPADDW;
import static opml.twins.x86.SimdOp.VPAND;
import static opml.twins.x86.SimdOp.VPBROADCASTD;
import static opml.twins.x86.SimdOp.VPDPBUSD;
import static opml.twins.x86.SimdOp.VPERMD;
import static opml.twins.x86.SimdOp.VPERMT2D;
import static opml.twins.x86.SimdOp.VPHADDD;
import static opml.twins.x86.SimdOp.VPMADDUBSW;
import static opml.twins.x86.SimdOp.VPMADDWD;
import static opml.twins.x86.SimdOp.VPMOVDB_STORE;
import static opml.twins.x86.SimdOp.VPMOVSXBD;
import static opml.twins.x86.SimdOp.VPMOVSXBW;
import static opml.twins.x86.SimdOp.VPMOVZXBD;
import static opml.twins.x86.SimdOp.VPMOVZXBW;
import static opml.twins.x86.SimdOp.VPMOVZXWD;
import static opml.twins.x86.SimdOp.VPMULLD;
import static opml.twins.x86.SimdOp.VPOR;
import static opml.twins.x86.SimdOp.VPSHUFB;
import static opml.twins.x86.SimdOp.VPSLLD;
import static opml.twins.x86.SimdOp.VPSLLW;
import static opml.twins.x86.SimdOp.VPSRLD;
import static opml.twins.x86.SimdOp.VPSRLW;
import static opml.twins.x86.SimdOp.VPUNPCKHDQ;
import static opml.twins.x86.SimdOp.VPUNPCKLDQ;
import static opml.twins.x86.SimdOp.VPUNPCKLWD;
import static opml.twins.x86.SimdOp.VPXOR;
import static opml.twins.x86.SimdOp.VZEROUPPER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our bytes are those of the GNU assembler: of its recorded output always, and of the assembler itself where it is
/// installed.
class X86AssemblerTest {
  /// Every instruction, with low and high registers, with and without a displacement that a byte holds.
  private static final List<Consumer<X86Assembler>> CASES =
      List.of(
          code -> code.mov(Gpr.RAX, Gpr.RBX),
          code -> code.mov(Gpr.R9, Gpr.RDX),
          code -> code.mov(Gpr.RCX, at(Gpr.RSP, 8)),
          code -> code.mov(Gpr.R10, at(Gpr.R12)),
          code -> code.mov(Gpr.RAX, at(Gpr.RBP)),
          code -> code.mov(Gpr.RAX, at(Gpr.R13, 4096)),
          code -> code.mov(Gpr.RAX, at(Gpr.RDX, Gpr.R9, 8, 16)),
          code -> code.mov(Gpr.R8, at(Gpr.RBP, Gpr.RCX, 1, 0)),
          code -> code.simd(VPBROADCASTD, ymm(15), at(Gpr.RDX, Gpr.R9, 1, 4)),
          code -> code.simd(VPBROADCASTD, ymm(15), at(Gpr.R10, Gpr.RSI, 2, 512)),
          code -> code.simd(VPBROADCASTD, zmm(25), at(Gpr.R13, Gpr.R9, 2, 0)),
          code -> code.simd(VMOVDQU_LOAD, ymm(2), at(Gpr.RDI, Gpr.R12, 4, 0)),
          code -> code.simd(VMOVDQU_LOAD, ymm(2), at(Gpr.RDI, Gpr.RSI, 4, 0)),
          code -> code.simd(VPDPBUSD, zmm(1), zmm(17), at(Gpr.R11, Gpr.R9, 1, 8).everyLane()),
          code -> code.mov32(Gpr.RAX, Gpr.RDI),
          code -> code.mov32(Gpr.RCX, Gpr.R14),
          code -> code.mov32(at(Gpr.R9, 4), Gpr.RBX),
          code -> code.mov32(at(Gpr.RDI, -4), Gpr.RAX),
          code -> code.add(Gpr.RDI, Gpr.RSI),
          code -> code.add(Gpr.R8, Gpr.R9),
          code -> code.add(Gpr.RDI, 127),
          code -> code.add(Gpr.RDI, 128),
          code -> code.sub(Gpr.RCX, 1),
          code -> code.sub(Gpr.R11, 100000),
          code -> code.cmp(Gpr.RAX, 6),
          code -> code.cmp(Gpr.R15, -129),
          code -> code.prefetch(at(Gpr.RDI, 64)),
          code -> code.prefetch(at(Gpr.R11, 3072)),
          code -> code.prefetch(at(Gpr.RAX, Gpr.R9, 2, 0)),
          code -> code.ret(),
          code -> code.cpuid(),
          code -> code.xgetbv(),
          code -> code.simd(VZEROUPPER),
          code -> code.simd(VMOVDQU_LOAD, ymm(0), at(Gpr.RDI)),
          code -> code.simd(VMOVDQU_LOAD, ymm(0), at(Gpr.R8, 64)),
          code -> code.simd(VMOVDQU_STORE, at(Gpr.RAX, 32), ymm(0)),
          code -> code.simd(VMOVDQU_LOAD, ymm(9), at(Gpr.RDI)),
          code -> code.simd(VMOVDQU_LOAD, ymm(9), at(Gpr.R8, 64)),
          code -> code.simd(VMOVDQU_STORE, at(Gpr.RAX, 32), ymm(9)),
          code -> code.simd(VMOVDQU_LOAD, zmm(3), at(Gpr.RDI)),
          code -> code.simd(VMOVDQU_LOAD, zmm(3), at(Gpr.R8, 64)),
          code -> code.simd(VMOVDQU_STORE, at(Gpr.RAX, 32), zmm(3)),
          code -> code.simd(VMOVDQU_LOAD, zmm(17), at(Gpr.RDI)),
          code -> code.simd(VMOVDQU_LOAD, zmm(17), at(Gpr.R8, 64)),
          code -> code.simd(VMOVDQU_STORE, at(Gpr.RAX, 32), zmm(17)),
          code -> code.simd(VMOVDQU_LOAD, new Simd(Simd.XMM, 5), at(Gpr.RDI)),
          code -> code.simd(VMOVDQU_LOAD, new Simd(Simd.XMM, 5), at(Gpr.R8, 64)),
          code -> code.simd(VMOVDQU_STORE, at(Gpr.RAX, 32), new Simd(Simd.XMM, 5)),
          code -> code.simd(VMOVDQU_LOAD, zmm(31), at(Gpr.RSP, 8128)),
          code -> code.simd(VMOVDQU_LOAD, zmm(31), at(Gpr.RSP, 8192)),
          code -> code.simd(VMOVDQU_LOAD, zmm(31), at(Gpr.RBP, -8192)),
          code -> code.simd(VMOVDQU_LOAD, ymm(20), at(Gpr.R13, 32)),
          code -> code.simd(VMOVDQU_LOAD, ymm(1), ymm(2)),
          code -> code.simd(VMOVUPS_LOAD, ymm(0), at(Gpr.RDI)),
          code -> code.simd(VMOVUPS_LOAD, ymm(0), at(Gpr.R8, 64)),
          code -> code.simd(VMOVUPS_STORE, at(Gpr.RAX, 32), ymm(0)),
          code -> code.simd(VMOVUPS_LOAD, ymm(9), at(Gpr.RDI)),
          code -> code.simd(VMOVUPS_LOAD, ymm(9), at(Gpr.R8, 64)),
          code -> code.simd(VMOVUPS_STORE, at(Gpr.RAX, 32), ymm(9)),
          code -> code.simd(VMOVUPS_LOAD, zmm(3), at(Gpr.RDI)),
          code -> code.simd(VMOVUPS_LOAD, zmm(3), at(Gpr.R8, 64)),
          code -> code.simd(VMOVUPS_STORE, at(Gpr.RAX, 32), zmm(3)),
          code -> code.simd(VMOVUPS_LOAD, zmm(17), at(Gpr.RDI)),
          code -> code.simd(VMOVUPS_LOAD, zmm(17), at(Gpr.R8, 64)),
          code -> code.simd(VMOVUPS_STORE, at(Gpr.RAX, 32), zmm(17)),
          code -> code.simd(VMOVUPS_LOAD, new Simd(Simd.XMM, 5), at(Gpr.RDI)),
          code -> code.simd(VMOVUPS_LOAD, new Simd(Simd.XMM, 5), at(Gpr.R8, 64)),
          code -> code.simd(VMOVUPS_STORE, at(Gpr.RAX, 32), new Simd(Simd.XMM, 5)),
          code -> code.simd(VMOVUPS_LOAD, zmm(31), at(Gpr.RSP, 8128)),
          code -> code.simd(VMOVUPS_LOAD, zmm(31), at(Gpr.RSP, 8192)),
          code -> code.simd(VMOVUPS_LOAD, zmm(31), at(Gpr.RBP, -8192)),
          code -> code.simd(VMOVUPS_LOAD, ymm(20), at(Gpr.R13, 32)),
          code -> code.simd(VMOVUPS_LOAD, ymm(1), ymm(2)),
          code -> code.simd(VPBROADCASTD, ymm(1), at(Gpr.RDX, 4)),
          code -> code.simd(VPBROADCASTD, ymm(1), at(Gpr.R9, 508)),
          code -> code.simd(VPBROADCASTD, ymm(1), at(Gpr.RDX, 512)),
          code -> code.simd(VPBROADCASTD, ymm(1), at(Gpr.RDX, 6)),
          code -> code.simd(VPBROADCASTD, ymm(14), at(Gpr.RDX, 4)),
          code -> code.simd(VPBROADCASTD, ymm(14), at(Gpr.R9, 508)),
          code -> code.simd(VPBROADCASTD, ymm(14), at(Gpr.RDX, 512)),
          code -> code.simd(VPBROADCASTD, ymm(14), at(Gpr.RDX, 6)),
          code -> code.simd(VPBROADCASTD, zmm(2), at(Gpr.RDX, 4)),
          code -> code.simd(VPBROADCASTD, zmm(2), at(Gpr.R9, 508)),
          code -> code.simd(VPBROADCASTD, zmm(2), at(Gpr.RDX, 512)),
          code -> code.simd(VPBROADCASTD, zmm(2), at(Gpr.RDX, 6)),
          code -> code.simd(VPBROADCASTD, zmm(28), at(Gpr.RDX, 4)),
          code -> code.simd(VPBROADCASTD, zmm(28), at(Gpr.R9, 508)),
          code -> code.simd(VPBROADCASTD, zmm(28), at(Gpr.RDX, 512)),
          code -> code.simd(VPBROADCASTD, zmm(28), at(Gpr.RDX, 6)),
          code -> code.simd(VPBROADCASTD, ymm(1), new Simd(Simd.XMM, 9)),
          code -> code.simd(VPBROADCASTD, zmm(1), new Simd(Simd.XMM, 19)),
          code -> code.simd(VBROADCASTSS, ymm(1), at(Gpr.RDX, 4)),
          code -> code.simd(VBROADCASTSS, ymm(1), at(Gpr.R9, 508)),
          code -> code.simd(VBROADCASTSS, ymm(1), at(Gpr.RDX, 512)),
          code -> code.simd(VBROADCASTSS, ymm(1), at(Gpr.RDX, 6)),
          code -> code.simd(VBROADCASTSS, ymm(14), at(Gpr.RDX, 4)),
          code -> code.simd(VBROADCASTSS, ymm(14), at(Gpr.R9, 508)),
          code -> code.simd(VBROADCASTSS, ymm(14), at(Gpr.RDX, 512)),
          code -> code.simd(VBROADCASTSS, ymm(14), at(Gpr.RDX, 6)),
          code -> code.simd(VBROADCASTSS, zmm(2), at(Gpr.RDX, 4)),
          code -> code.simd(VBROADCASTSS, zmm(2), at(Gpr.R9, 508)),
          code -> code.simd(VBROADCASTSS, zmm(2), at(Gpr.RDX, 512)),
          code -> code.simd(VBROADCASTSS, zmm(2), at(Gpr.RDX, 6)),
          code -> code.simd(VBROADCASTSS, zmm(28), at(Gpr.RDX, 4)),
          code -> code.simd(VBROADCASTSS, zmm(28), at(Gpr.R9, 508)),
          code -> code.simd(VBROADCASTSS, zmm(28), at(Gpr.RDX, 512)),
          code -> code.simd(VBROADCASTSS, zmm(28), at(Gpr.RDX, 6)),
          code -> code.simd(VBROADCASTSS, ymm(1), new Simd(Simd.XMM, 9)),
          code -> code.simd(VBROADCASTSS, zmm(1), new Simd(Simd.XMM, 19)),
          code -> code.simd(VBROADCASTI128, ymm(1), at(Gpr.RSP, -16)),
          code -> code.simd(VBROADCASTI128, ymm(14), at(Gpr.R9, 508)),
          code -> code.simd(VBROADCASTI128, zmm(2), at(Gpr.RSP, -16)),
          code -> code.simd(VBROADCASTI128, zmm(28), at(Gpr.R9, 520)),
          code -> code.simd(VPMOVSXBD, ymm(1), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVSXBD, ymm(14), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVSXBD, zmm(2), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVSXBD, zmm(28), at(Gpr.R11, 90)),
          code -> code.simd(VPUNPCKLWD, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VPUNPCKLWD, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPUNPCKLDQ, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPUNPCKLDQ, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPUNPCKHDQ, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPUNPCKHDQ, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPSHUFB, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VPSHUFB, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPSHUFB, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPSHUFB, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPSRLW, ymm(1), ymm(9), 8),
          code -> code.simd(VPSRLW, zmm(22), zmm(9), 8),
          code -> code.simd(VPSLLW, ymm(10), ymm(1), 8),
          code -> code.simd(VPSLLW, zmm(2), zmm(29), 8),
          code -> code.simd(VMOVD, new Simd(Simd.XMM, 4), at(Gpr.RDX)),
          code -> code.simd(VMOVD, new Simd(Simd.XMM, 12), at(Gpr.R11, 96)),
          code -> code.simd(VMOVD_STORE, at(Gpr.R9, 4), new Simd(Simd.XMM, 4)),
          code -> code.simd(VMOVD_STORE, at(Gpr.RDI), new Simd(Simd.XMM, 12)),
          code ->
              code.simd(
                  VPHADDD, new Simd(Simd.XMM, 2), new Simd(Simd.XMM, 0), new Simd(Simd.XMM, 9)),
          code -> code.simd(VPHADDD, ymm(9), ymm(10), at(Gpr.RDI, 64)),
          code ->
              code.simd(
                  VPACKSSDW, new Simd(Simd.XMM, 2), new Simd(Simd.XMM, 0), new Simd(Simd.XMM, 9)),
          code -> code.simd(VPACKSSDW, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.amx(AmxOp.LDTILECFG, at(Gpr.RDI, -64)),
          code -> code.amx(AmxOp.LDTILECFG, at(Gpr.R9)),
          code -> code.amx(AmxOp.TILERELEASE),
          code -> code.amx(AmxOp.TILEZERO, new Tmm(0)),
          code -> code.amx(AmxOp.TILEZERO, new Tmm(7)),
          code -> code.amx(AmxOp.TILELOADD, new Tmm(1), at(Gpr.R10, Gpr.R8, 1, 0)),
          code -> code.amx(AmxOp.TILELOADD, new Tmm(6), at(Gpr.RAX, Gpr.RSI, 1, 64)),
          code -> code.amx(AmxOp.TILESTORED, at(Gpr.RDI, Gpr.RSI, 1, 0), new Tmm(0)),
          code -> code.amx(AmxOp.TILESTORED, at(Gpr.R11, Gpr.R9, 1, 1024), new Tmm(5)),
          code -> code.amx(AmxOp.TDPBSSD, new Tmm(0), new Tmm(1), new Tmm(2)),
          code -> code.amx(AmxOp.TDPBSSD, new Tmm(7), new Tmm(5), new Tmm(6)),
          code -> code.amx(AmxOp.TDPBSUD, new Tmm(0), new Tmm(1), new Tmm(2)),
          code -> code.amx(AmxOp.TDPBSUD, new Tmm(7), new Tmm(5), new Tmm(6)),
          code -> code.mov32(at(Gpr.RSP, -16), Gpr.RAX),
          code -> code.simd(VPMOVSXBW, ymm(1), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVSXBW, ymm(1), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVSXBW, ymm(14), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVSXBW, ymm(14), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVSXBW, zmm(2), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVSXBW, zmm(2), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVSXBW, zmm(28), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVSXBW, zmm(28), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVSXBW, ymm(12), new Simd(Simd.XMM, 11)),
          code -> code.simd(VPMOVZXBW, ymm(1), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVZXBW, ymm(1), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVZXBW, ymm(14), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVZXBW, ymm(14), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVZXBW, zmm(2), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVZXBW, zmm(2), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVZXBW, zmm(28), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVZXBW, zmm(28), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVZXBW, ymm(12), new Simd(Simd.XMM, 11)),
          code -> code.simd(VPMADDWD, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VPMADDWD, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPMADDWD, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VPMADDWD, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VPMADDWD, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPMADDWD, zmm(31), zmm(8), zmm(16)),
          code -> code.simd(VPMADDWD, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPADDD, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VPADDD, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPADDD, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VPADDD, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VPADDD, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPADDD, zmm(31), zmm(8), zmm(16)),
          code -> code.simd(VPADDD, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPADDD, zmm(4), zmm(5), at(Gpr.RDX, 12).everyLane()),
          code -> code.simd(VPADDD, zmm(22), zmm(23), at(Gpr.R12, 1024).everyLane()),
          code -> code.simd(VPADDD, ymm(2), ymm(3), at(Gpr.RDX, 508).everyLane()),
          code -> code.simd(VPXOR, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VPXOR, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPXOR, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VPXOR, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VPXOR, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPXOR, zmm(31), zmm(8), zmm(16)),
          code -> code.simd(VPXOR, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPXOR, zmm(4), zmm(5), at(Gpr.RDX, 12).everyLane()),
          code -> code.simd(VPXOR, zmm(22), zmm(23), at(Gpr.R12, 1024).everyLane()),
          code -> code.simd(VPXOR, ymm(2), ymm(3), at(Gpr.RDX, 508).everyLane()),
          code -> code.simd(VPDPBUSD, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VPDPBUSD, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPDPBUSD, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VPDPBUSD, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VPDPBUSD, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPDPBUSD, zmm(31), zmm(8), zmm(16)),
          code -> code.simd(VPDPBUSD, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPDPBUSD, zmm(4), zmm(5), at(Gpr.RDX, 12).everyLane()),
          code -> code.simd(VPDPBUSD, zmm(22), zmm(23), at(Gpr.R12, 1024).everyLane()),
          code -> code.simd(VPDPBUSD, ymm(2), ymm(3), at(Gpr.RDX, 508).everyLane()),
          code -> code.simd(VMULPS, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VMULPS, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VMULPS, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VMULPS, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VMULPS, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VMULPS, zmm(31), zmm(8), zmm(16)),
          code -> code.simd(VMULPS, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VMULPS, zmm(4), zmm(5), at(Gpr.RDX, 12).everyLane()),
          code -> code.simd(VMULPS, zmm(22), zmm(23), at(Gpr.R12, 1024).everyLane()),
          code -> code.simd(VMULPS, ymm(2), ymm(3), at(Gpr.RDX, 508).everyLane()),
          code -> code.simd(VFMADD231PS, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VFMADD231PS, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VFMADD231PS, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VFMADD231PS, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VFMADD231PS, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VFMADD231PS, zmm(31), zmm(8), zmm(16)),
          code -> code.simd(VFMADD231PS, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VFMADD231PS, zmm(4), zmm(5), at(Gpr.RDX, 12).everyLane()),
          code -> code.simd(VFMADD231PS, zmm(22), zmm(23), at(Gpr.R12, 1024).everyLane()),
          code -> code.simd(VFMADD231PS, ymm(2), ymm(3), at(Gpr.RDX, 508).everyLane()),
          code -> code.simd(VCVTDQ2PS, ymm(1), ymm(2)),
          code -> code.simd(VCVTDQ2PS, ymm(11), ymm(12)),
          code -> code.simd(VCVTDQ2PS, zmm(1), zmm(2)),
          code -> code.simd(VCVTDQ2PS, zmm(21), zmm(14)),
          code -> code.simd(VCVTDQ2PS, zmm(5), at(Gpr.RDI, -4).everyLane()),
          code -> code.add(Gpr.RAX, 2304),
          code -> code.cmp(Gpr.RAX, -129),
          code -> code.cmp(Gpr.RDI, Gpr.R11),
          code -> code.cmp(Gpr.R8, Gpr.RAX),
          code -> code.mov32(Gpr.RAX, 0x0F0F_0F0F),
          code -> code.mov32(Gpr.R9, -1),
          code -> code.simd(VMOVD, new Simd(Simd.XMM, 3), Gpr.RAX),
          code -> code.simd(VMOVD, new Simd(Simd.XMM, 12), Gpr.R9),
          code -> code.simd(VPMOVZXBD, ymm(1), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVZXBD, ymm(1), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVZXBD, ymm(14), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVZXBD, ymm(14), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVZXBD, zmm(2), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVZXBD, zmm(2), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVZXBD, zmm(28), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVZXBD, zmm(28), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVZXBD, ymm(12), new Simd(Simd.XMM, 11)),
          code -> code.simd(VPMOVZXWD, ymm(1), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVZXWD, ymm(1), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVZXWD, ymm(14), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVZXWD, ymm(14), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVZXWD, zmm(2), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVZXWD, zmm(2), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVZXWD, zmm(28), at(Gpr.RDI, 16)),
          code -> code.simd(VPMOVZXWD, zmm(28), at(Gpr.R11, 96)),
          code -> code.simd(VPMOVZXWD, ymm(12), new Simd(Simd.XMM, 11)),
          code -> code.simd(VCVTPH2PS, ymm(1), at(Gpr.RDI, 16)),
          code -> code.simd(VCVTPH2PS, ymm(1), at(Gpr.R11, 96)),
          code -> code.simd(VCVTPH2PS, ymm(14), at(Gpr.RDI, 16)),
          code -> code.simd(VCVTPH2PS, ymm(14), at(Gpr.R11, 96)),
          code -> code.simd(VCVTPH2PS, zmm(2), at(Gpr.RDI, 16)),
          code -> code.simd(VCVTPH2PS, zmm(2), at(Gpr.R11, 96)),
          code -> code.simd(VCVTPH2PS, zmm(28), at(Gpr.RDI, 16)),
          code -> code.simd(VCVTPH2PS, zmm(28), at(Gpr.R11, 96)),
          code -> code.simd(VCVTPH2PS, ymm(12), new Simd(Simd.XMM, 11)),
          code -> code.simd(VPMADDUBSW, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VPMADDUBSW, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPMADDUBSW, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VPMADDUBSW, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPMADDUBSW, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VPMADDUBSW, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPADDW, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VPADDW, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPADDW, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VPADDW, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPADDW, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VPADDW, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPMULLD, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VPMULLD, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPMULLD, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VPMULLD, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPMULLD, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VPMULLD, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPMULLD, zmm(4), zmm(5), at(Gpr.RDX, 12).everyLane()),
          code -> code.simd(VPAND, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VPAND, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPAND, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VPAND, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPAND, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VPAND, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPAND, zmm(4), zmm(5), at(Gpr.RDX, 12).everyLane()),
          code -> code.simd(VPOR, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VPOR, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPOR, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VPOR, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPOR, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VPOR, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPOR, zmm(4), zmm(5), at(Gpr.RDX, 12).everyLane()),
          code -> code.simd(VADDPS, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VADDPS, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VADDPS, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VADDPS, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VADDPS, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VADDPS, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VADDPS, zmm(4), zmm(5), at(Gpr.RDX, 12).everyLane()),
          code -> code.simd(VPSRLD, ymm(1), ymm(2), 4),
          code -> code.simd(VPSRLD, ymm(9), ymm(10), 4),
          code -> code.simd(VPSRLD, zmm(1), zmm(2), 4),
          code -> code.simd(VPSRLD, zmm(9), zmm(27), 4),
          code -> code.simd(VPSRLD, zmm(31), zmm(8), 4),
          code -> code.simd(VPSLLD, ymm(1), ymm(2), 4),
          code -> code.simd(VPSLLD, ymm(9), ymm(10), 4),
          code -> code.simd(VPSLLD, zmm(1), zmm(2), 4),
          code -> code.simd(VPSLLD, zmm(9), zmm(27), 4),
          code -> code.simd(VPSLLD, zmm(31), zmm(8), 4),
          code -> code.simd(VFMADD213PD, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VFMADD213PD, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VFMADD213PD, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VFMADD213PD, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VFMADD213PD, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VFMADD213PD, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VMAXPD, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VMAXPD, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VMAXPD, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VMAXPD, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VMAXPD, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VMAXPD, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VMINPD, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VMINPD, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VMINPD, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VMINPD, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VMINPD, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VMINPD, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPERMD, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VPERMD, ymm(9), ymm(10), ymm(11)),
          code -> code.simd(VPERMD, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VPERMD, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VPERMD, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPERMD, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VPERMT2D, zmm(1), zmm(2), zmm(3)),
          code -> code.simd(VPERMT2D, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VPERMT2D, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VCVTDQ2PD, ymm(1), at(Gpr.RDI, 16)),
          code -> code.simd(VCVTDQ2PD, ymm(14), at(Gpr.R11, 96)),
          code -> code.simd(VCVTDQ2PD, zmm(2), at(Gpr.RDI, 16)),
          code -> code.simd(VCVTDQ2PD, zmm(28), at(Gpr.R11, 96)),
          code -> code.simd(VBROADCASTSD, ymm(1), at(Gpr.RDI, 16)),
          code -> code.simd(VBROADCASTSD, ymm(14), at(Gpr.R11, 96)),
          code -> code.simd(VBROADCASTSD, zmm(2), at(Gpr.RDI, 16)),
          code -> code.simd(VBROADCASTSD, zmm(28), at(Gpr.R11, 96)),
          code -> code.simd(VCVTDQ2PD, zmm(5), ymm(17)),
          code -> code.simd(VCVTDQ2PD, ymm(5), new Simd(Simd.XMM, 7)),
          code -> code.simd(VBROADCASTSD, zmm(3), at(Gpr.RDI, 8)),
          code -> code.simd(VPMOVDB_STORE, at(Gpr.R9, 32), zmm(3)),
          code -> code.simd(VPMOVDB_STORE, at(Gpr.RDI, Gpr.R11, 1, 8), zmm(21)),
          code -> code.simd(VMAXPS, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VMAXPS, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VMAXPS, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VMAXPS, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VMAXPS, zmm(4), zmm(5), at(Gpr.RDX, 12).everyLane()),
          code -> code.simd(VMINPS, ymm(1), ymm(2), ymm(3)),
          code -> code.simd(VMINPS, ymm(4), ymm(15), at(Gpr.RDI, 64)),
          code -> code.simd(VMINPS, zmm(9), zmm(18), zmm(27)),
          code -> code.simd(VMINPS, zmm(24), zmm(25), at(Gpr.R10, 128)),
          code -> code.simd(VMINPS, zmm(4), zmm(5), at(Gpr.RDX, 12).everyLane()),
          code -> code.simd(VFIXUPIMMPS, zmm(1), zmm(2), zmm(3), 0),
          code -> code.simd(VFIXUPIMMPS, zmm(9), zmm(18), zmm(27), 255),
          code -> code.simd(VFIXUPIMMPS, zmm(24), zmm(25), at(Gpr.R10, 128), 7),
          code -> code.simd(VFIXUPIMMPS, zmm(4), zmm(5), at(Gpr.RDX, 12).everyLane(), 0),
          code -> code.sub(Gpr.RCX, Gpr.RDI),
          code -> code.sub(Gpr.R9, Gpr.R12),
          code -> code.sub(at(Gpr.RSP, 24), 1),
          code -> code.sub(at(Gpr.R10, Gpr.R11, 8, 4096), -128));

  @Test
  void everyInstructionHasTheBytesThatTheGnuAssemblerGaveIt() throws IOException {
    List<String> expected;
    try (InputStream recorded = X86AssemblerTest.class.getResourceAsStream("gnu-as-2.40.txt")) {
      expected = new String(recorded.readAllBytes(), UTF_8).lines().toList();
    }
    assertThat(CASES.stream().map(X86AssemblerTest::line)).isEqualTo(expected);
  }

  @Test
  void theGnuAssemblerOfThisMachineGivesTheSameBytes(@TempDir Path folder) throws Exception {
    assumeTrue(GnuAssembler.isInstalled(), "as and objcopy are not installed: not compared");
    X86Code code = assemble(CASES);
    assertThat(HexFormat.of().formatHex(code.bytes())).isEqualTo(GnuAssembler.hexOf(code, folder));
  }

  @Test
  void jumpsGoForwardsAndBackwardsToTheirLabels(@TempDir Path folder) throws Exception {
    X86Assembler code = new X86Assembler();
    Label ahead = code.label();
    Label behind = code.bind(code.label());
    code.jump(ScalarOp.JE, ahead);
    code.jump(ScalarOp.JNE, behind);
    code.jump(ScalarOp.JMP, ahead);
    code.ret();
    code.bind(ahead);
    code.ret();
    String hex = HexFormat.of().formatHex(code.done().bytes());
    assertThat(hex).isEqualTo("0f840c0000000f85f4ffffffe901000000c3c3");
    assumeTrue(GnuAssembler.isInstalled(), "as and objcopy are not installed: not compared");
    assertThat(hex).isEqualTo(GnuAssembler.hexOf(code.done(), folder));
  }

  @Test
  void nonsenseIsRefused() {
    X86Assembler code = new X86Assembler();
    Label label = code.bind(code.label());
    assertThatThrownBy(() -> code.bind(label)).hasMessageContaining("bound already");
    assertThatThrownBy(() -> code.jump(ScalarOp.RET, label)).hasMessageContaining("no jump");
    assertThatThrownBy(() -> code.simd(VPADDD, ymm(1), ymm(2))).hasMessageContaining("RVM");
    assertThatThrownBy(() -> code.simd(VPMADDWD, zmm(1), zmm(2), at(Gpr.RDI, 0).everyLane()))
        .hasMessageContaining("broadcasts nothing");
    assertThatThrownBy(() -> code.sub(at(Gpr.RSP, 8), 128)).hasMessageContaining("128");
    assertThatThrownBy(() -> zmm(32)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> at(Gpr.RAX, Gpr.RSP, 1, 0)).hasMessageContaining("an index");
    assertThatThrownBy(() -> at(Gpr.RAX, Gpr.RCX, 3, 0)).hasMessageContaining("not 3");
    assertThatThrownBy(() -> code.amx(AmxOp.TILELOADD, new Tmm(1), at(Gpr.RDI)))
        .hasMessageContaining("needs an index");
    assertThatThrownBy(() -> new Simd(8, 0)).hasMessageContaining("8 bytes");
    X86Assembler open = new X86Assembler();
    open.jump(ScalarOp.JMP, open.label());
    assertThatThrownBy(open::done).hasMessageContaining("not bound");
  }

  private static String line(Consumer<X86Assembler> instruction) {
    X86Code code = assemble(List.of(instruction));
    String hex = HexFormat.of().formatHex(code.bytes());
    return "%-22s %s".formatted(hex, code.instructions().getFirst()).strip();
  }

  private static X86Code assemble(List<Consumer<X86Assembler>> instructions) {
    X86Assembler code = new X86Assembler();
    instructions.forEach(each -> each.accept(code));
    return code.done();
  }
}
