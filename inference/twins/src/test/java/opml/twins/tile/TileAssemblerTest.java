package opml.twins.tile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
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
    TileCode int8 = new EmulatedCode(Int8TileAssembler.product(form));
    TileCode packing = new EmulatedCode(Int8TileAssembler.packing(form));
    TileCode fewerSteps = fewerSteps(int8);
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
    assertThat(new TileTrial().passes(right)).isTrue();
    assertRefused(with(right, new Int8Tile(form, forgetful, packing, null)));
    assertRefused(with(right, new Int8Tile(form, fewerSteps, packing, null)));
    if (form.hasMatrices()) {
      TileCode matrices = new EmulatedCode(Int8MatrixAssembler.product());
      TileCode fewerTokens =
          (w, wAt, x, xAt, xStride, y, yAt, yStride, steps, groups, tokens) ->
              matrices.call(
                  w, wAt, x, xAt, xStride, y, yAt, yStride, steps, Math.max(1, groups - 1), tokens);
      TileCode withoutTheFirst =
          (w, wAt, x, xAt, xStride, y, yAt, yStride, steps, groups, tokens) ->
              matrices.call(
                  w, wAt, x, xAt, xStride, y, yAt, yStride, Math.max(0, steps - 1), groups, tokens);
      for (TileCode wrong : List.of(fewerTokens, withoutTheFirst)) {
        assertRefused(with(right, new Int8Tile(form, int8, packing, new Int8Matrices(wrong))));
      }
    }
    for (BlockType type : BlockType.values()) {
      TileCode code = new EmulatedCode(BlockTile.code(form, type));
      assertThat(new TileTrial().passes(right.blocks().get(type))).isTrue();
      assertThat(
              new TileTrial().passes(new BlockTile(form, type, fewerSteps(code), null, null, null)))
          .isFalse();
      if (form.isVnni()) {
        TileCode packer = fewerSteps(new EmulatedCode(TokenPackAssembler.packing(form, type)));
        assertThat(new TileTrial().passes(new BlockTile(form, type, code, packer, null, null)))
            .isFalse();
      }
      if (WeightPackAssembler.isFor(form, type)) {
        TileCode packer = fewerSteps(new EmulatedCode(WeightPackAssembler.packing(form, type)));
        assertThat(new TileTrial().passes(new BlockTile(form, type, code, null, packer, null)))
            .isFalse();
      }
      if (form.hasMatrices() && MatrixTile.isFor(type)) {
        TileCode packer = new EmulatedCode(TokenPackAssembler.packing(form, type));
        TileCode product = fewerSteps(new EmulatedCode(MatrixTileAssembler.product(type)));
        MatrixTile matrices = new MatrixTile(type, product);
        assertThat(new TileTrial().passes(new BlockTile(form, type, code, packer, null, matrices)))
            .isFalse();
      }
    }
    for (RowType type : RowType.values()) {
      TileCode code = fewerSteps(new EmulatedCode(RowTileAssembler.product(form, type)));
      assertThat(new TileTrial().passes(right.rows().get(type))).isTrue();
      assertThat(new TileTrial().passes(new RowTile(form, type, code))).isFalse();
    }
    assertRefused(with(right, new FloatTile(form, fewerProducts, byTable)));
    assertRefused(with(right, new FloatTile(form, apart, fewerStrips)));
    TileCode few = new EmulatedCode(StripTileAssembler.ofFew(form));
    TileCode many = new EmulatedCode(StripTileAssembler.ofMany(form));
    TileCode packed = new EmulatedCode(StripTileAssembler.ofPacked(form));
    assertRefused(with(right, new StripTile(form, fewerOfAStrip(few), many, packed)));
    assertRefused(with(right, new StripTile(form, few, fewerOfAStrip(many), packed)));
    assertRefused(with(right, new StripTile(form, few, many, fewerOfAStrip(packed))));
    assertRefused(with(right, new StripTile(form, forgets(few), many, packed)));
    assertRefused(with(right, new StripTile(form, few, forgets(many), packed)));
    assertRefused(with(right, new StripTile(form, few, many, forgets(packed))));
    right.floats().convolutions().ifPresent(bytes -> assertOthersRefused(right, bytes));
  }

  private static TileCode fewerOfAStrip(TileCode strip) {
    return (a, aAt, b, bAt, aRow, y, yAt, yRow, count, rows, ahead) ->
        strip.call(a, aAt, b, bAt, aRow, y, yAt, yRow, Math.max(1, count - 1), rows, ahead);
  }

  /// What does not add to what is there.
  private static TileCode forgets(TileCode strip) {
    return (a, aAt, b, bAt, aRow, y, yAt, yRow, count, rows, ahead) ->
        strip.call(a, aAt, b, bAt, aRow, y, yAt, yRow, count, rows % StripTile.ADDS, ahead);
  }

  private static void assertOthersRefused(TileChoice.Found right, ConvolutionTiles tiles) {
    ByteEndTile end = new ByteEndTile(fewerSteps(new EmulatedCode(ByteEndTileAssembler.ending())));
    assertRefused(with(right, new ConvolutionTiles(end, tiles.bytes(), tiles.floats())));
    TileCode one = new EmulatedCode(ByteDepthwiseTileAssembler.plane(1));
    TileCode two = new EmulatedCode(ByteDepthwiseTileAssembler.plane(2));
    List<ByteDepthwiseTile> fewerBytes =
        List.of(
            new ByteDepthwiseTile(fewerSteps(one), two),
            new ByteDepthwiseTile(one, fewerSteps(two)));
    for (ByteDepthwiseTile fewer : fewerBytes) {
      assertRefused(with(right, new ConvolutionTiles(tiles.end(), fewer, tiles.floats())));
    }
    TileCode floatsOne = new EmulatedCode(FloatDepthwiseTileAssembler.plane(1));
    TileCode floatsTwo = new EmulatedCode(FloatDepthwiseTileAssembler.plane(2));
    List<FloatDepthwiseTile> fewerFloats =
        List.of(
            new FloatDepthwiseTile(fewerSteps(floatsOne), floatsTwo),
            new FloatDepthwiseTile(floatsOne, fewerSteps(floatsTwo)));
    for (FloatDepthwiseTile fewer : fewerFloats) {
      assertRefused(with(right, new ConvolutionTiles(tiles.end(), tiles.bytes(), fewer)));
    }
  }

  private static TileChoice.Found with(TileChoice.Found tiles, ConvolutionTiles bytes) {
    FloatTiles old = tiles.floats();
    FloatTiles changed =
        new FloatTiles(old.windows(), old.strips(), old.bytes(), Optional.of(bytes));
    return new TileChoice.Found("", tiles.int8(), tiles.blocks(), tiles.rows(), changed);
  }

  /// {@return code that does a step too few}
  private static TileCode fewerSteps(TileCode code) {
    return (w, wAt, x, xAt, xStride, y, yAt, yStride, steps, tokens, resume) ->
        code.call(w, wAt, x, xAt, xStride, y, yAt, yStride, Math.max(1, steps - 1), tokens, resume);
  }

  private static TileChoice.Found with(TileChoice.Found tiles, Int8Tile int8) {
    return new TileChoice.Found("", int8, tiles.blocks(), tiles.rows(), tiles.floats());
  }

  private static TileChoice.Found with(TileChoice.Found tiles, FloatTile floats) {
    FloatTiles old = tiles.floats();
    FloatTiles changed = new FloatTiles(floats, old.strips(), old.bytes(), old.convolutions());
    return new TileChoice.Found("", tiles.int8(), tiles.blocks(), tiles.rows(), changed);
  }

  private static TileChoice.Found with(TileChoice.Found tiles, StripTile strips) {
    FloatTiles old = tiles.floats();
    FloatTiles changed = new FloatTiles(old.windows(), strips, old.bytes(), old.convolutions());
    return new TileChoice.Found("", tiles.int8(), tiles.blocks(), tiles.rows(), changed);
  }

  private static void assertRefused(TileChoice.Found tiles) {
    assertThat(new TileTrial().passes(tiles)).isFalse();
  }

  private static List<X86Code> codes(TileForm form) {
    List<X86Code> codes = new ArrayList<>();
    MachineTiles.tiles(
        form,
        "",
        code -> {
          codes.add(code);
          return new EmulatedCode(code);
        });
    return codes;
  }
}
