package opml.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

class JsonTensorTest {
  private static final TensorType FLOATS = new TensorType("x", ElementType.F32, Shape.of(2, 3));
  private static final TensorType BYTES = new TensorType("x", ElementType.I8, Shape.of(2, 3));

  @Test
  void nestedAndFlatArraysAreTheSame() throws IOException {
    byte[] nested = read("[[1, 2, 3], [4, 5, -6]]", BYTES);
    assertThat(nested).containsExactly(1, 2, 3, 4, 5, -6);
    assertThat(read("\n[1, 2, 3, 4, 5, -6]\n", BYTES)).isEqualTo(nested);
  }

  @Test
  void everyTypeAndShapeComesBackWithItsBits() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (ElementType element : ElementType.computed()) {
      for (Shape shape :
          new Shape[] {Shape.SCALAR, Shape.of(0), Shape.of(7), Shape.of(2, 1, 3), Shape.of(1, 0)}) {
        TensorType type = new TensorType("x", element, shape);
        byte[] values = new byte[(int) type.bytes()];
        random.nextBytes(values);
        for (int i = 0; element == ElementType.BOOL && i < values.length; i++) {
          values[i] &= 1;
        }
        Tensor tensor = type.tensor(values);
        Tensor back = type.tensor(read(JsonTensor.write(tensor), type));
        for (int i = 0; i < shape.count(); i++) {
          if (element.isFloat()) {
            // A NaN has one form in JSON.
            assertThat(Double.doubleToLongBits(back.real(i)))
                .as("seed %d, %s", seed, type)
                .isEqualTo(Double.doubleToLongBits(tensor.real(i)));
          } else {
            assertThat(back.integer(i)).as("seed %d, %s", seed, type).isEqualTo(tensor.integer(i));
          }
        }
      }
    }
  }

  @Test
  void floatsAreRoundedOnceAndTheThreeThatAreNoNumbersHaveNames() throws IOException {
    TensorType four = new TensorType("x", ElementType.F32, Shape.of(5));
    // Rounded to a double first, the first of these would come out one bit less.
    Tensor read =
        four.tensor(
            read("[1.00000005960464477540, \"NaN\", \"Infinity\", \"-Infinity\", -0]", four));
    assertThat(read.floats())
        .containsExactly(
            Math.nextUp(1f), Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f);
    assertThat(JsonTensor.write(read))
        .isEqualTo("[1.0000001, \"NaN\", \"Infinity\", \"-Infinity\", -0.0]\n");
  }

  @Test
  void whatDoesNotFitIsRefusedWithItsPlace() {
    refused("[[1, 2, 3], [4, 5]]", BYTES, "line 1, column 18", "2 values, expected are 3");
    refused("[[1, 2, 3], [4, 5, 6, 7]]", BYTES, "more than 3 values, for x i8 2x3");
    refused("[[1, 2, 3]]", BYTES, "1 value, expected are 2");
    refused("[1, 2, 3, 4, 5]", BYTES, "5 values, expected are 6");
    refused("[1, 2, 3, 4, 5, 6, 7]", BYTES, "more than 6 values");
    refused("[[1, 2, 3], 4]", BYTES, "4, expected an array of 3 values in dimension 1");
    refused("[[1, 2, [3]], [4, 5, 6]]", BYTES, "an array, expected an integer");
    refused("[1, 2, 3,\n 4, 5, 128]", BYTES, "line 2, column 8: 128", "from -128 to 127");
    refused("[1, 2, 3, 4, 5, 1.0]", BYTES, "1.0, expected an integer");
    refused("[1, 2, 3, 4, 5, \"6\"]", BYTES, "6, expected an integer");
    refused("[1, 2, 3, 4, 5, 12345678901234567890123]", BYTES, "expected an integer");
    refused("[1, 2, 3, 4, 5, 1e39]", FLOATS, "beyond the floats of 32 bits");
    refused("[1, 2, 3, 4, 5, \"nan\"]", FLOATS, "nan, expected a number, or \"NaN\"");
    refused("[1, 2, 3, 4, 5, NaN]", FLOATS, "line 1, column ", ": not JSON: write \"NaN\", ");
    refused(
        "[1, 2,\n3 4, 5, 6]",
        FLOATS,
        "a.json, line 2, column ",
        ": not JSON from here on, expected");
    refused("[1, 2,\nthree]", FLOATS, "a.json, line 2, column 1: not JSON from here on, expected");
    refused("[[1, 2,\n3}", FLOATS, "a.json, line 2, column ", ": not JSON from here on, expected");
    refused(
        "[[1, 2,\n3", FLOATS, "a.json, line 2, column ", ": not JSON: the file ends before its");
    refused("[1, 2, 3, 4, 5, null]", FLOATS, "null, expected a number");
    refused("{\"a\": 1}", FLOATS, "an object, expected an array of 6 values");
    refused("", FLOATS, "the end of the file, expected an array");
    refused("[1, 2, 3, 4, 5, 6] 7", FLOATS, "expected nothing behind the array");
    refused("[".repeat(1_000), FLOATS, "an array, expected a number");
    for (String number :
        new String[] {"1".repeat(1_000), "0." + "1".repeat(63), "-" + "1".repeat(64)}) {
      refused(
          "[1, 2, 3,\n4, 5, " + number + "]",
          FLOATS,
          "a.json, line 2, column 7: a number of more than 64 characters");
    }
    refused(
        "[1, 2, 3, 4, 5, \"" + "N".repeat(65) + "\"]",
        FLOATS,
        "line 1, column 17: a string of more than 64 characters");
    TensorType bools = new TensorType("x", ElementType.BOOL, Shape.of(2));
    refused("[true, 2]", bools, "expected an integer from 0 to 1");
    refused("[true, \"no\"]", bools, "expected true, false, 0 or 1");
  }

  @Test
  void endlessTextIsGivenUp() {
    InputStream spaces =
        new InputStream() {
          @Override
          public int read() {
            return ' ';
          }
        };
    assertThatThrownBy(() -> JsonTensor.read("a.json", spaces, BYTES))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("a.json: more than ");
  }

  @Test
  void aDamagedTextIsReadOrRefusedAndNothingElse() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    byte[] whole =
        "[[1.5, -2e3, \"NaN\"], [0.25, \"-Infinity\", 7]]".getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < whole.length; length++) {
      refused(new String(whole, 0, length, StandardCharsets.UTF_8), FLOATS, ": ");
    }
    for (int i = 0; i < 50_000; i++) {
      byte[] damaged = whole.clone();
      for (int j = 0; j <= random.nextInt(3); j++) {
        damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      }
      TensorType type = random.nextBoolean() ? FLOATS : BYTES;
      try {
        assertThat(JsonTensor.read("a.json", new ByteArrayInputStream(damaged), type))
            .hasSize((int) type.bytes());
      } catch (MalformedException e) {
        assertThat(e).as("seed %d", seed).hasMessageMatching("a\\.json(, line.*)?: .+");
      }
    }
  }

  private static byte[] read(String text, TensorType type) throws IOException {
    return JsonTensor.read(
        "a.json", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), type);
  }

  private static void refused(String text, TensorType type, String... words) {
    assertThatThrownBy(() -> read(text, type))
        .as(text)
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("a.json")
        .hasMessageContainingAll(words);
  }
}
