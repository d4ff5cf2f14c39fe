package opml.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import org.junit.jupiter.api.Test;

class NpyTest {
  private static final TensorType FLOATS = new TensorType("x", ElementType.F32, Shape.of(2, 3));
  private static final byte[] VALUES = new byte[24];

  @Test
  void whatIsWrittenIsWhatNumpyWrites() {
    TensorType type = new TensorType("y", ElementType.F32, Shape.of(1, 2));
    byte[] file = Npy.write(type, new byte[] {0, 0, -128, 63, 0, 0, 0, 64});
    // numpy.save of numpy.array([[1, 2]], '<f4'), NumPy 2.1.
    String header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }" + " ".repeat(58) + "\n";
    assertThat(file).hasSize(128 + 8).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
    assertThat(new String(file, 10, 118, StandardCharsets.US_ASCII)).isEqualTo(header);
    assertThat(Arrays.copyOfRange(file, 128, 136)).containsExactly(0, 0, -128, 63, 0, 0, 0, 64);
  }

  @Test
  void everyTypeAndShapeComesBackWithItsBits() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (ElementType element : ElementType.computed()) {
      for (Shape shape :
          new Shape[] {Shape.SCALAR, Shape.of(0), Shape.of(7), Shape.of(2, 1, 3), Shape.of(1, 0)}) {
        TensorType type = new TensorType("x", element, shape);
        byte[] values = new byte[(int) type.bytes()];
        random.nextBytes(values);
        if (element == ElementType.BOOL) {
          for (int i = 0; i < values.length; i++) {
            values[i] &= 1;
          }
        }
        byte[] file = Npy.write(type, values);
        assertThat(Npy.read("a.npy", file, type)).as("seed %d, %s", seed, type).isEqualTo(values);
        assertThat(Npy.read("a.npy", file, type.bytes())).isEqualTo(values);
      }
    }
  }

  @Test
  void allVersionsAndSpellingsOfTheHeaderAreRead() {
    for (String dict :
        new String[] {
          "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }  \n",
          "{\"shape\":(2,3,),\"descr\":\"<f4\",\"fortran_order\":False}",
          " { 'fortran_order' : False , 'shape' : ( 2 , 3 ) , 'descr' : '<f4' } "
        }) {
      for (int version = 1; version <= 3; version++) {
        assertThat(Npy.read("a.npy", file(version, dict), FLOATS)).isEqualTo(VALUES);
      }
    }
  }

  @Test
  void arraysThatWouldHaveToBeConvertedAreRefusedWithTheWayToDoIt() {
    refused("'<f8'", "(2, 3)", "offset 20: the type <f8", "<f4 for x f32 2x3", "a.astype('<f4')");
    refused("'>f4'", "(2, 3)", "offset 20", "big-endian (>f4)", "a.astype('<f4')");
    refused("[('a', '<f4')]", "(2, 3)", "offset 20", "array of records");
    refused("'|O'", "(2, 3)", "offset 20", "the type |O");
    refused("'<f4'", "(3, 2)", "the shape (3, 2), expected (2, 3) of x f32 2x3");
    refused("'<f4'", "(6,)", "the shape (6,), expected (2, 3)");
    refused("'<f4'", "(6)", "a tuple of one number ends with one");
    refused("'<f4'", "(2, -3)", "expected a number from 0");
    refused("'<f4'", "(2, 99999999999)", "expected a number from 0");
    assertThatThrownBy(
            () ->
                Npy.read(
                    "a.npy",
                    file(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }"),
                    FLOATS))
        .isInstanceOf(MalformedException.class)
        .hasMessageContainingAll("a.npy, offset 44", "column by column", "ascontiguousarray");
  }

  @Test
  void headersThatSayTooMuchOrTooLittleAreRefused() {
    for (String dict :
        new String[] {
          "",
          "{",
          "{}",
          "{'descr': '<f4', 'fortran_order': False}",
          "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x",
          "{'descr': '<f4' 'fortran_order': False, 'shape': (2, 3)}",
          "{'descr': '<f4\\'', 'fortran_order': False, 'shape': (2, 3)}",
          "{'descr': '<f4, 'fortran_order': None, 'shape': (2, 3)}",
        }) {
      assertThatThrownBy(() -> Npy.read("a.npy", file(1, dict), FLOATS))
          .as(dict)
          .isInstanceOf(MalformedException.class)
          .hasMessageMatching("a\\.npy, offset [0-9]+: .*(expected|no |without).*");
    }
    byte[] vast = file(2, "{");
    ByteBuffer.wrap(vast).order(ByteOrder.LITTLE_ENDIAN).putInt(8, Integer.MAX_VALUE);
    assertThatThrownBy(() -> Npy.read("a.npy", vast, FLOATS))
        .hasMessage("a.npy, offset 8: a header of 2147483647 bytes, expected are at most 65536");
    byte[] boole = Npy.write(new TensorType("b", ElementType.BOOL, Shape.of(2)), new byte[] {1, 2});
    assertThatThrownBy(
            () -> Npy.read("a.npy", boole, new TensorType("b", ElementType.BOOL, Shape.of(2))))
        .hasMessageContaining("offset 129: the byte 2, expected 0 or 1");
  }

  @Test
  void aDamagedFileIsReadOrRefusedAndNothingElse() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] whole = Npy.write(FLOATS, VALUES);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Npy.read("a.npy", cut, FLOATS))
          .as("%d bytes", length)
          .isInstanceOf(MalformedException.class)
          .hasMessageMatching("a\\.npy, offset [0-9]+: .+");
    }
    for (int i = 0; i < 50_000; i++) {
      byte[] damaged = whole.clone();
      for (int j = 0; j <= random.nextInt(3); j++) {
        damaged[random.nextInt(128)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        assertThat(Npy.read("a.npy", damaged, FLOATS)).hasSize(VALUES.length);
      } catch (MalformedException e) {
        assertThat(e).as("seed %d", seed).hasMessageMatching("a\\.npy, offset [0-9]+: .+");
      }
      try {
        assertThat(Npy.read("a.npy", damaged, VALUES.length)).hasSize(VALUES.length);
      } catch (MalformedException e) {
        assertThat(e).as("seed %d", seed).hasMessageMatching("a\\.npy, offset [0-9]+: .+");
      }
    }
  }

  private static void refused(String descr, String shape, String... words) {
    String dict = "{'descr': %s, 'fortran_order': False, 'shape': %s}".formatted(descr, shape);
    assertThatThrownBy(() -> Npy.read("a.npy", file(1, dict), FLOATS))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("a.npy, offset ")
        .hasMessageContainingAll(words);
  }

  private static byte[] file(int version, String dict) {
    byte[] header = dict.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer file =
        ByteBuffer.allocate(12 + header.length + VALUES.length).order(ByteOrder.LITTLE_ENDIAN);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    if (version == 1) {
      file.putShort((short) header.length);
    } else {
      file.putInt(header.length);
    }
    file.put(header).put(VALUES);
    return Arrays.copyOf(file.array(), file.position());
  }
}
