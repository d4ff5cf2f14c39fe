package opml.twins.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.twins.x86.EffectiveAddress;
import opml.twins.x86.Gpr;
import opml.twins.x86.X86Assembler;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MachineTilesTest {
  @Test
  void aTileIsThereOrAReasonIs() {
    switch (MachineTiles.best()) {
      case TileChoice.Found found -> assertThat(found.instructions()).isNotBlank();
      case TileChoice.None none -> assertThat(none.reason()).isNotBlank();
    }
    assertThat(MachineTiles.best()).isSameAs(MachineTiles.best());
  }

  @Test
  void thePeakIsMeasuredWhereThereAreTiles() {
    Optional<Peak> peak = Peak.measure();
    assertThat(peak.isPresent()).isEqualTo(MachineTiles.best() instanceof TileChoice.Found);
    peak.ifPresent(
        measured -> {
          assertThat(measured.floatFma()).isBetween(1e8, 1e13);
          assertThat(measured.int8Mac()).isBetween(1e8, 1e13);
          assertThat(measured.readBytes()).isBetween(1e8, 1e13);
        });
  }

  @Test
  void theBestFormIsTriedFirst() {
    assertThat(MachineTiles.forms(new CpuFeatures(true, true, true, true)))
        .containsExactly(TileForm.values());
    assertThat(MachineTiles.forms(new CpuFeatures(true, true, true, false)))
        .containsExactly(TileForm.AVX512_VNNI, TileForm.AVX_VNNI, TileForm.AVX2);
    assertThat(MachineTiles.forms(new CpuFeatures(true, false, false, false)))
        .containsExactly(TileForm.AVX2);
    assertThat(MachineTiles.forms(new CpuFeatures(false, false, false, false))).isEmpty();
  }

  @Test
  void otherSystemsAndMissingRightsAreReasons() {
    Module ours = MachineTiles.class.getModule();
    Module forbidden = Object.class.getModule().getLayer().findModule("java.logging").orElseThrow();
    assertThat(ours.isNativeAccessEnabled()).isTrue();
    assertThat(forbidden.isNativeAccessEnabled()).isFalse();
    assertThat(ExecutableMemory.whyNot("Linux", "amd64", ours)).isEmpty();
    assertThat(ExecutableMemory.whyNot("Mac OS X", "x86_64", ours)).isEmpty();
    assertThat(ExecutableMemory.whyNot("Linux", "aarch64", ours)).contains("aarch64");
    assertThat(ExecutableMemory.whyNot("Windows 11", "amd64", ours)).contains("Windows 11");
    assertThat(ExecutableMemory.whyNot("Linux", "amd64", forbidden))
        .contains("--enable-native-access=java.logging");
  }

  /// With real pages, which must be there for code to be executed at all.
  @Nested
  class OfPages {
    private Pages pages;

    @BeforeEach
    void findPages() {
      String whyNot =
          ExecutableMemory.whyNot(
              System.getProperty("os.name"),
              System.getProperty("os.arch"),
              MachineTilesTest.class.getModule());
      assumeTrue(whyNot.isEmpty(), whyNot);
      pages = new SystemPages(System.getProperty("os.name").startsWith("Mac"));
    }

    @Test
    void codeOfOursIsExecuted() {
      X86Assembler code = new X86Assembler();
      // result[0] = activations[0]
      code.mov(Gpr.RAX, EffectiveAddress.at(Gpr.RDX));
      code.mov32(EffectiveAddress.at(Gpr.R9), Gpr.RAX);
      code.ret();
      ExecutableMemory.Loaded loaded = new ExecutableMemory(pages).load(code.done().bytes());
      assertThat(loaded).isInstanceOf(ExecutableMemory.Loaded.At.class);
      MemorySegment address = ((ExecutableMemory.Loaded.At) loaded).code();
      assertThat(address.isReadOnly()).isTrue();
      int[] in = {42, 0};
      int[] out = {0};
      TileCode.link(address)
          .call(
              MemorySegment.NULL,
              0,
              MemorySegment.ofArray(in),
              0,
              0,
              MemorySegment.ofArray(out),
              0,
              0,
              0,
              0,
              0);
      assertThat(out).containsExactly(42);
    }

    @Test
    void memoryThatMayNotBeExecutedIsAReason() {
      // The system itself refuses: the address is not that of a page.
      Pages refusing =
          new ForwardingPages(pages) {
            @Override
            public int protect(long address, long bytes) {
              return super.protect(address + 1, bytes);
            }
          };
      assertNone(MachineTiles.choose(new ExecutableMemory(refusing), 3), "mprotect: errno 22");
    }

    @Test
    void memoryThatIsNotGivenIsAReason() {
      Pages refusing =
          new ForwardingPages(pages) {
            @Override
            public int map(long bytes, long[] address) {
              return super.map(-bytes, address); // more than there is
            }
          };
      assertNone(MachineTiles.choose(new ExecutableMemory(refusing), 3), "mmap: errno 12");
    }

    @Test
    void callsThatAreForbiddenAreAReason() {
      Pages forbidden =
          new ForwardingPages(pages) {
            @Override
            public int map(long bytes, long[] address) {
              throw new IllegalCallerException("no native access");
            }
          };
      assertNone(MachineTiles.choose(new ExecutableMemory(forbidden), 3), "no native access");
    }

    @Test
    void aJvmThatMayNotUseAvxHasNoTiles() {
      ExecutableMemory memory = new ExecutableMemory(pages);
      assertNone(MachineTiles.choose(memory, 0), "UseAVX");
      assertNone(MachineTiles.choose(memory, 1), "UseAVX");
      if (MachineTiles.choose(memory, 2) instanceof TileChoice.Found found) {
        assertThat(found.instructions()).isNotEqualTo(TileForm.AVX512_VNNI.title);
      }
    }
  }

  private static void assertNone(TileChoice choice, String reason) {
    assertThat(choice).isInstanceOf(TileChoice.None.class);
    assertThat(((TileChoice.None) choice).reason()).contains(reason);
  }

  /// What the processor says is read as the manual tells.
  @Nested
  class OfFeatures {
    private static final int OSXSAVE = 1 << 27;
    private static final int AVX = 1 << 28;
    private static final int F16C = 1 << 29;
    private static final int FMA = 1 << 12;
    private static final int AVX2 = 1 << 5;
    private static final int AVX512 = 1 << 16 | 1 << 30 | 1 << 31;
    private static final int VNNI = 1 << 11;
    private static final int AVX_VNNI = 1 << 4;
    private static final int ALL_SAVED = 0b1110_0111;
    private static final int AMX = 0b11 << 24;
    private static final int AMX_SAVED = 0b11 << 17;

    private CpuFeatures read(
        int leaf1, int leaf7b, int leaf7c, int leaf71a, int saved, int useAvx) {
      return read(leaf1, leaf7b, leaf7c, 0, leaf71a, saved, useAvx);
    }

    private CpuFeatures read(
        int leaf1, int leaf7b, int leaf7c, int leaf7d, int leaf71a, int saved, int useAvx) {
      return CpuFeatures.read(
          (leaf, subleaf) ->
              switch (leaf + "." + subleaf) {
                case "0.0" -> new int[] {7, 0, 0, 0};
                case "1.0" -> new int[] {0, 0, leaf1, 0};
                case "7.0" -> new int[] {1, leaf7b, leaf7c, leaf7d};
                case "7.1" -> new int[] {leaf71a, 0, 0, 0};
                default -> throw new AssertionError(leaf + "." + subleaf);
              },
          number -> saved,
          useAvx);
    }

    private static final int LEAF1 = OSXSAVE | AVX | FMA | F16C;

    @Test
    void everythingIsThere() {
      assertThat(read(LEAF1, AVX2 | AVX512, VNNI, AVX_VNNI, ALL_SAVED, 3))
          .isEqualTo(new CpuFeatures(true, true, true, false));
    }

    @Test
    void eachPartIsNeeded() {
      assertThat(read(LEAF1, AVX2, 0, AVX_VNNI, 0b111, 3))
          .isEqualTo(new CpuFeatures(true, true, false, false));
      assertThat(read(LEAF1, AVX2 | AVX512, 0, 0, ALL_SAVED, 3))
          .isEqualTo(new CpuFeatures(true, false, false, false));
      for (int missing : new int[] {16, 30, 31}) {
        int some = (AVX2 | AVX512) & ~(1 << missing);
        assertThat(read(LEAF1, some, VNNI, 0, ALL_SAVED, 3).avx512Vnni()).isFalse();
      }
      CpuFeatures none = new CpuFeatures(false, false, false, false);
      for (int missing : new int[] {OSXSAVE, AVX, FMA, F16C}) {
        assertThat(read(LEAF1 & ~missing, AVX2 | AVX512, VNNI, AVX_VNNI, ALL_SAVED, 3))
            .isEqualTo(none);
      }
      assertThat(read(LEAF1, AVX512, VNNI, AVX_VNNI, ALL_SAVED, 3)).isEqualTo(none);
    }

    @Test
    void matricesNeedTheirPartsAndAllElse() {
      int all = ALL_SAVED | AMX_SAVED;
      assertThat(read(LEAF1, AVX2 | AVX512, VNNI, AMX, AVX_VNNI, all, 3))
          .isEqualTo(new CpuFeatures(true, true, true, true));
      assertThat(read(LEAF1, AVX2 | AVX512, VNNI, AMX, AVX_VNNI, all, 2).amx()).isFalse();
      assertThat(read(LEAF1, AVX2 | AVX512, 0, AMX, AVX_VNNI, all, 3).amx()).isFalse();
      for (int missing : new int[] {24, 25}) {
        int some = AMX & ~(1 << missing);
        assertThat(read(LEAF1, AVX2 | AVX512, VNNI, some, AVX_VNNI, all, 3).amx()).isFalse();
      }
      for (int missing : new int[] {17, 18}) {
        int some = all & ~(1 << missing);
        assertThat(read(LEAF1, AVX2 | AVX512, VNNI, AMX, AVX_VNNI, some, 3).amx()).isFalse();
      }
    }

    @Test
    void whatTheSystemDoesNotSaveIsNotUsed() {
      assertThat(read(LEAF1, AVX2 | AVX512, VNNI, AVX_VNNI, 0b111, 3))
          .isEqualTo(new CpuFeatures(true, true, false, false));
      assertThat(read(LEAF1, AVX2 | AVX512, VNNI, AVX_VNNI, 0b011, 3))
          .isEqualTo(new CpuFeatures(false, false, false, false));
    }

    @Test
    void whatHotSpotMayNotUseIsNotUsed() {
      assertThat(read(LEAF1, AVX2 | AVX512, VNNI, AVX_VNNI, ALL_SAVED, 2))
          .isEqualTo(new CpuFeatures(true, true, false, false));
      assertThat(read(LEAF1, AVX2 | AVX512, VNNI, AVX_VNNI, ALL_SAVED, 1))
          .isEqualTo(new CpuFeatures(false, false, false, false));
    }

    @Test
    void anOldProcessorIsNotAskedForLeaves() {
      CpuFeatures features =
          CpuFeatures.read(
              (leaf, subleaf) -> {
                assertThat(leaf).isLessThan(7);
                return new int[] {1, 0, 0, 0};
              },
              number -> {
                throw new AssertionError("XGETBV would trap");
              },
              3);
      assertThat(features).isEqualTo(new CpuFeatures(false, false, false, false));
    }
  }

  /// The system's pages, but for what a test overrides.
  private abstract static class ForwardingPages implements Pages {
    private final Pages pages;

    ForwardingPages(Pages pages) {
      this.pages = pages;
    }

    @Override
    public int map(long bytes, long[] address) {
      return pages.map(bytes, address);
    }

    @Override
    public int protect(long address, long bytes) {
      return pages.protect(address, bytes);
    }

    @Override
    public int unmap(long address, long bytes) {
      return pages.unmap(address, bytes);
    }
  }
}
