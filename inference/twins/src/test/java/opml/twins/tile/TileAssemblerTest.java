package opml.twins.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import opml.twins.x86.GnuAssembler;
import opml.twins.x86.Simd;
import opml.twins.x86.X86Code;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TileAssemblerTest {
  @ParameterizedTest
  @EnumSource
  void theGnuAssemblerGivesTheSameBytesForTheWholeCode(TileForm form, @TempDir Path folder)
      throws Exception {
    assumeTrue(GnuAssembler.isInstalled(), "as and objcopy are not installed: not compared");
    for (X86Code code : codes(form)) {
      assertThat(HexFormat.of().formatHex(code.bytes()))
          .isEqualTo(GnuAssembler.hexOf(code, folder));
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyRegistersOfTheFormAreUsed(TileForm form) {
    for (X86Code code : codes(form)) {
      assertThat(code.instructions())
          .flatExtracting(instruction -> instruction.operands())
          .filteredOn(Simd.class::isInstance)
          .allSatisfy(
              operand -> {
                assertThat(((Simd) operand).bytes()).isLessThanOrEqualTo(form.vectorBytes);
                assertThat(((Simd) operand).number()).isLessThan(form.registers);
              });
    }
  }

  @ParameterizedTest
  @EnumSource
  void theTrialPassesInTheEmulator(TileForm form) {
    TileChoice.Found tiles = EmulatedCode.tiles(form);
    assertThat(new TileTrial().passes(tiles)).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void theTrialFindsATileOfOtherBits(TileForm form) {
    TileChoice.Found right = EmulatedCode.tiles(form);
    TileCode blocks = new EmulatedCode(TileAssembler.blocks(form));
    TileCode int8 = new EmulatedCode(TileAssembler.int8(form));
    TileCode packing = new EmulatedCode(TileAssembler.packing(form));
    // one step, or one block, too few
    TileCode fewerSteps =
        (w, wAt, x, xAt, xStride, y, yAt, yStride, steps, tokens, resume) ->
            int8.call(
                w, wAt, x, xAt, xStride, y, yAt, yStride, Math.max(1, steps - 1), tokens, resume);
    TileCode fewerBlocks =
        (w, wAt, x, xAt, xStride, y, yAt, yStride, steps, tokens, resume) ->
            blocks.call(
                w, wAt, x, xAt, xStride, y, yAt, yStride, Math.max(1, steps - 1), tokens, resume);
    // a row that is done in pieces loses all but the last
    TileCode forgetful =
        (w, wAt, x, xAt, xStride, y, yAt, yStride, steps, tokens, resume) -> {
          if (resume == 1) {
            y.fill((byte) 0);
          }
          int8.call(w, wAt, x, xAt, xStride, y, yAt, yStride, steps, tokens, resume);
        };
    TileCode apart = new EmulatedCode(FloatTileAssembler.apart(form));
    TileCode byTable = new EmulatedCode(FloatTileAssembler.byTable(form));
    // one product too few, which is counted from below
    TileCode fewerProducts =
        (a, aAt, b, bAt, step, y, yAt, yRow, count, rows, strips) ->
            apart.call(a, aAt, b, bAt, step, y, yAt, yRow, Math.min(-1, count + 1), rows, strips);
    TileCode fewerStrips =
        (a, aAt, b, bAt, table, y, yAt, yRow, count, rows, strips) ->
            byTable.call(a, aAt, b, bAt, table, y, yAt, yRow, count, rows, Math.max(1, strips - 1));
    FloatTile floats = right.floats();
    assertPasses(right.int8(), right.blocks(), floats, true);
    assertPasses(new Int8Tile(form, forgetful, packing), right.blocks(), floats, false);
    assertPasses(new Int8Tile(form, fewerSteps, packing), right.blocks(), floats, false);
    assertPasses(right.int8(), new BlockTile(form, fewerBlocks), floats, false);
    FloatTile withFewerProducts = new FloatTile(form, fewerProducts, byTable);
    assertPasses(right.int8(), right.blocks(), withFewerProducts, false);
    FloatTile withFewerStrips = new FloatTile(form, apart, fewerStrips);
    assertPasses(right.int8(), right.blocks(), withFewerStrips, false);
  }

  private static void assertPasses(
      Int8Tile int8, BlockTile blocks, FloatTile floats, boolean passes) {
    TileChoice.Found tiles = new TileChoice.Found("", int8, blocks, floats);
    assertThat(new TileTrial().passes(tiles)).isEqualTo(passes);
  }

  private static List<X86Code> codes(TileForm form) {
    return List.of(
        TileAssembler.int8(form),
        TileAssembler.packing(form),
        TileAssembler.blocks(form),
        FloatTileAssembler.apart(form),
        FloatTileAssembler.byTable(form));
  }
}
