package opml.twins.tile;

/// What the processor has and the system saves, of what the tiles need.
///
/// @param avx2 AVX2, FMA3 and F16C, and the system saves the 256-bit registers
/// @param avxVnni AVX-VNNI besides: the dot product of bytes, 256 bits wide
/// @param avx512Vnni AVX-512 F, BW, VL and VNNI, and the system saves masks and the 512-bit registers
/// @param amx AMX with products of bytes besides, and the system saves matrices, at least of who asks for it
record CpuFeatures(boolean avx2, boolean avxVnni, boolean avx512Vnni, boolean amx) {
  /// The instruction CPUID.
  @FunctionalInterface
  interface Cpuid {
    /// {@return EAX, EBX, ECX, EDX}
    int[] leaf(int leaf, int subleaf);
  }

  /// The instruction XGETBV.
  @FunctionalInterface
  interface Xgetbv {
    /// {@return the lower half of a control register}
    int register(int number);
  }

  private static final int EAX = 0;
  private static final int EBX = 1;
  private static final int ECX = 2;
  private static final int EDX = 3;

  private static final int AVX_STATE = 0b110; // SSE and AVX
  private static final int AVX512_STATE = 0b1110_0110; // masks, upper halves, upper 16, besides

  private static final int AMX_STATE = 0b11 << 17; // configuration and matrices

  /// Reads what there is (SDM volume 2, CPUID; volume 1, 14.3, 15.2 and 18.3: how to detect AVX, AVX-512 and
  /// AMX).
  ///
  /// @param useAvx HotSpot's UseAVX: whoever lowers it forbids the wider vectors to us, too
  static CpuFeatures read(Cpuid cpuid, Xgetbv xgetbv, int useAvx) {
    int highestLeaf = cpuid.leaf(0, 0)[EAX];
    int leaf1 = cpuid.leaf(1, 0)[ECX];
    boolean systemSaves = bit(leaf1, 27); // OSXSAVE: XGETBV exists
    if (highestLeaf < 7 || !systemSaves || useAvx < 2) {
      return new CpuFeatures(false, false, false, false);
    }
    int saved = xgetbv.register(0);
    int[] leaf7 = cpuid.leaf(7, 0);
    boolean avxVnni = leaf7[EAX] >= 1 && bit(cpuid.leaf(7, 1)[EAX], 4);
    boolean avx2 =
        bit(leaf1, 12) // FMA
            && bit(leaf1, 28) // AVX
            && bit(leaf1, 29) // F16C
            && bit(leaf7[EBX], 5) // AVX2
            && (saved & AVX_STATE) == AVX_STATE;
    boolean avx512 =
        bit(leaf7[EBX], 16) // F
            && bit(leaf7[EBX], 30) // BW
            && bit(leaf7[EBX], 31) // VL
            && bit(leaf7[ECX], 11) // VNNI
            && (saved & AVX512_STATE) == AVX512_STATE
            && useAvx >= 3;
    boolean amx =
        bit(leaf7[EDX], 24) // TILE
            && bit(leaf7[EDX], 25) // INT8
            && (saved & AMX_STATE) == AMX_STATE;
    return new CpuFeatures(avx2, avx2 && avxVnni, avx2 && avx512, avx2 && avx512 && amx);
  }

  private static boolean bit(int word, int number) {
    return (word >> number & 1) != 0;
  }
}
