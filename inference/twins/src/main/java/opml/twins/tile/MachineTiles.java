package opml.twins.tile;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import opml.twins.x86.EffectiveAddress;
import opml.twins.x86.Gpr;
import opml.twins.x86.Simd;
import opml.twins.x86.X86Assembler;
import opml.twins.x86.X86Code;
import org.jspecify.annotations.Nullable;

/// The choice of a tile for this JVM: the best form that the processor has, that HotSpot was not forbidden, and that
/// passes its trial.
public final class MachineTiles {
  private static final Logger LOG = System.getLogger(MachineTiles.class.getName());

  private MachineTiles() {}

  /// {@return the tiles of this JVM, or why it has none; chosen at the first call}
  public static TileChoice best() {
    return Chosen.BEST;
  }

  private static final class Chosen {
    static final TileChoice BEST = logged(choose());
  }

  private static TileChoice logged(TileChoice choice) {
    switch (choice) {
      case TileChoice.Found found -> LOG.log(Level.DEBUG, "machine tile: " + found.instructions());
      case TileChoice.None none -> LOG.log(Level.DEBUG, "no machine tile: " + none.reason());
    }
    return choice;
  }

  private static TileChoice choose() {
    String whyNot =
        ExecutableMemory.whyNot(
            System.getProperty("os.name", ""),
            System.getProperty("os.arch", ""),
            MachineTiles.class.getModule());
    if (!whyNot.isEmpty()) {
      return new TileChoice.None(whyNot);
    }
    try {
      return choose(ExecutableMemory.ofThisSystem(), useAvx());
    } catch (RuntimeException | LinkageError e) {
      return new TileChoice.None("native code cannot be called (" + e + ")");
    }
  }

  /// {@return the first form that is there and passes, or every reason why none does}
  static TileChoice choose(ExecutableMemory memory, int useAvx) {
    CpuFeatures features;
    switch (memory.load(cpuid())) {
      case ExecutableMemory.Loaded.Refused refused -> {
        return new TileChoice.None(refused.reason());
      }
      case ExecutableMemory.Loaded.At cpuid -> {
        switch (memory.load(xgetbv())) {
          case ExecutableMemory.Loaded.Refused refused -> {
            return new TileChoice.None(refused.reason());
          }
          case ExecutableMemory.Loaded.At xgetbv ->
              features = features(cpuid.code(), xgetbv.code(), useAvx);
        }
      }
    }
    List<String> reasons = new ArrayList<>();
    for (TileForm form : forms(features)) {
      if (form.hasMatrices() && !MatrixPermission.isGranted()) {
        continue; // the system keeps them to itself, which is no fault
      }
      TileChoice choice = linked(form, memory);
      switch (choice) {
        case TileChoice.Found found -> {
          if (new TileTrial().passes(found)) {
            return choice;
          }
          reasons.add(form.title + " gave other bits than the plain loop");
        }
        case TileChoice.None none -> reasons.add(none.reason());
      }
    }
    return new TileChoice.None(
        reasons.isEmpty()
            ? "the processor has no AVX2, or UseAVX of the JVM is below 2"
            : String.join("; ", reasons));
  }

  /// {@return the forms that may be executed, the best first}
  static List<TileForm> forms(CpuFeatures features) {
    List<TileForm> forms = new ArrayList<>();
    if (features.amx()) {
      forms.add(TileForm.AMX);
    }
    if (features.avx512Vnni()) {
      forms.add(TileForm.AVX512_VNNI);
    }
    if (features.avxVnni()) {
      forms.add(TileForm.AVX_VNNI);
    }
    if (features.avx2()) {
      forms.add(TileForm.AVX2);
    }
    return forms;
  }

  /// {@return the tiles of a form, without a trial}
  private static TileChoice linked(TileForm form, ExecutableMemory memory) {
    try {
      return tiles(form, form.title, code -> link(code, memory));
    } catch (NotLoaded e) {
      return new TileChoice.None(e.reason);
    }
  }

  /// {@return all tiles of a form}
  ///
  /// @param link makes code callable
  static TileChoice.Found tiles(TileForm form, String title, Function<X86Code, TileCode> link) {
    Map<BlockType, BlockTile> blocks = new EnumMap<>(BlockType.class);
    for (BlockType type : BlockType.values()) {
      TileCode code = link.apply(BlockTile.code(form, type));
      TileCode packing = form.isVnni() ? link.apply(TokenPackAssembler.packing(form, type)) : null;
      MatrixTile matrices =
          form.hasMatrices() && MatrixTile.isFor(type)
              ? new MatrixTile(type, link.apply(MatrixTileAssembler.product(type)))
              : null;
      TileCode weights =
          WeightPackAssembler.isFor(form, type)
              ? link.apply(WeightPackAssembler.packing(form, type))
              : null;
      blocks.put(type, new BlockTile(form, type, code, packing, weights, matrices));
    }
    Map<RowType, RowTile> rows = new EnumMap<>(RowType.class);
    for (RowType type : RowType.values()) {
      rows.put(type, new RowTile(form, type, link.apply(RowTileAssembler.product(form, type))));
    }
    Int8Tile int8 =
        new Int8Tile(
            form,
            link.apply(Int8TileAssembler.product(form)),
            link.apply(Int8TileAssembler.packing(form)),
            form.hasMatrices()
                ? new Int8Matrices(link.apply(Int8MatrixAssembler.product()))
                : null);
    return new TileChoice.Found(
        title,
        int8,
        blocks,
        rows,
        new FloatTiles(
            new FloatTile(
                form,
                link.apply(FloatTileAssembler.apart(form)),
                link.apply(FloatTileAssembler.byTable(form))),
            new StripTile(
                form,
                link.apply(StripTileAssembler.ofFew(form)),
                link.apply(StripTileAssembler.ofMany(form)),
                link.apply(StripTileAssembler.ofPacked(form))),
            int8,
            convolutionTiles(form, link)));
  }

  private static Optional<ConvolutionTiles> convolutionTiles(
      TileForm form, Function<X86Code, TileCode> link) {
    if (form.vectorBytes != Simd.ZMM) {
      return Optional.empty();
    }
    ByteEndTile end = new ByteEndTile(link.apply(ByteEndTileAssembler.ending()));
    ByteDepthwiseTile bytes =
        new ByteDepthwiseTile(
            link.apply(ByteDepthwiseTileAssembler.plane(1)),
            link.apply(ByteDepthwiseTileAssembler.plane(2)));
    FloatDepthwiseTile floats =
        new FloatDepthwiseTile(
            link.apply(FloatDepthwiseTileAssembler.plane(1)),
            link.apply(FloatDepthwiseTileAssembler.plane(2)));
    return Optional.of(new ConvolutionTiles(end, bytes, floats));
  }

  private static TileCode link(X86Code code, ExecutableMemory memory) {
    return switch (memory.load(code.bytes())) {
      case ExecutableMemory.Loaded.Refused refused -> throw new NotLoaded(refused.reason());
      case ExecutableMemory.Loaded.At at -> TileCode.link(at.code());
    };
  }

  /// The system gave no memory for code.
  private static final class NotLoaded extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    NotLoaded(String reason) {
      super(reason);
      this.reason = reason;
    }
  }

  // ---- What the processor has

  /// `void cpuid(int leaf, int subleaf, int[] registers)`. CPUID writes RBX, which a function must give back.
  private static byte[] cpuid() {
    X86Assembler code = new X86Assembler();
    code.mov(Gpr.R8, Gpr.RBX);
    code.mov(Gpr.R9, Gpr.RDX);
    code.mov32(Gpr.RAX, Gpr.RDI);
    code.mov32(Gpr.RCX, Gpr.RSI);
    code.cpuid();
    int at = 0;
    for (Gpr register : List.of(Gpr.RAX, Gpr.RBX, Gpr.RCX, Gpr.RDX)) {
      code.mov32(EffectiveAddress.at(Gpr.R9, at), register);
      at += Integer.BYTES;
    }
    code.mov(Gpr.RBX, Gpr.R8);
    code.ret();
    return code.done().bytes();
  }

  /// `int xgetbv(int number)`.
  private static byte[] xgetbv() {
    X86Assembler code = new X86Assembler();
    code.mov32(Gpr.RCX, Gpr.RDI);
    code.xgetbv();
    code.ret();
    return code.done().bytes();
  }

  @SuppressWarnings("restricted")
  private static CpuFeatures features(
      MemorySegment cpuidCode, MemorySegment xgetbvCode, int useAvx) {
    ValueLayout.OfInt i32 = ValueLayout.JAVA_INT;
    MethodHandle cpuid =
        Linker.nativeLinker()
            .downcallHandle(
                cpuidCode,
                FunctionDescriptor.ofVoid(i32, i32, ValueLayout.ADDRESS),
                Linker.Option.critical(true));
    MethodHandle xgetbv =
        Linker.nativeLinker()
            .downcallHandle(
                xgetbvCode, FunctionDescriptor.of(i32, i32), Linker.Option.critical(true));
    return CpuFeatures.read(
        (leaf, subleaf) -> {
          int[] registers = new int[4];
          try {
            cpuid.invokeExact(leaf, subleaf, MemorySegment.ofArray(registers));
          } catch (Throwable e) {
            throw new IllegalStateException("cpuid", e);
          }
          return registers;
        },
        number -> {
          try {
            return (int) xgetbv.invokeExact(number);
          } catch (Throwable e) {
            throw new IllegalStateException("xgetbv", e);
          }
        },
        useAvx);
  }

  /// {@return HotSpot's UseAVX; 0 where there is no such setting, because then nobody vouches for the registers}
  private static int useAvx() {
    try {
      @Nullable HotSpotDiagnosticMXBean hotSpot =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return hotSpot == null ? 0 : Integer.parseInt(hotSpot.getVMOption("UseAVX").getValue());
    } catch (IllegalArgumentException noSuchOption) {
      return 0;
    }
  }
}
