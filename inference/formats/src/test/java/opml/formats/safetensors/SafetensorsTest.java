package opml.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.file.ByteSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  private static final String TWO =
      """
      {"__metadata__":{"format":"pt"},
       "a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
       "b":{"dtype":"BF16","shape":[],"data_offsets":[8,10]}}
      """;

  private static byte[] file(String head, int... data) {
    byte[] table = head.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(8 + table.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(table.length).put(table);
    Arrays.stream(data).forEach(b -> out.put((byte) b));
    return out.array();
  }

  private static Map<String, Tensor> read(byte[] bytes) throws IOException {
    return Safetensors.read(new ByteSource.InMemory("m.safetensors", bytes));
  }

  private static void refused(byte[] bytes, String... words) {
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("m.safetensors")
        .hasMessageContainingAll(words);
  }

  @Test
  void tensorsAreReadWhereTheyLie() throws IOException {
    Map<String, Tensor> tensors = read(file(TWO, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 1, 2));
    assertThat(tensors.keySet()).containsExactly("a", "b");
    assertThat(tensors.get("a").shape()).isEqualTo(Shape.of(2, 1));
    assertThat(tensors.get("a").floats()).containsExactly(1, 2);
    assertThat(tensors.get("b").type()).isEqualTo(ElementType.BF16);
    assertThat(tensors.get("b").bytes()).containsExactly(1, 2);
  }

  @Test
  void whatIsWrongIsToldWithItsPlace() {
    refused(new byte[7], "not a safetensors file");
    refused(file(TWO, 1, 2, 3), "2 things are wrong", "b at ", "a at ", "expected 8 bytes from");
    refused(file("{\"a\":1}"), "a: expected an object, found number");
    refused(file("{"), "offset 1: no JSON: ");
    refused(file("{\"a\":{}}"), "a: no key dtype");
    String tensor = "{\"a\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}}";
    refused(file(tensor.formatted("F8_E4M3", "[1]", "[0,1]"), 0), "a: type F8_E4M3 is not among");
    refused(file(tensor.formatted("F32", "[2]", "[0,4]"), 0, 0, 0, 0), "f32 2 has 8 bytes, but 4");
    refused(file(tensor.formatted("F32", "[-1]", "[0,4]")), "negative dimension");
    refused(file(tensor.formatted("F32", "[1]", "[4,0]")), "a: bytes 4 to 0: not a part");
    refused(file(tensor.formatted("F32", "[1]", "[1]")), "expected two data_offsets, found 1");
    refused(file(tensor.formatted("F32", "[0.5]", "[0,4]")), "expected a whole number below 2^63");
    byte[] long40 = file("{}");
    long40[5] = 1;
    refused(long40, "expected a table of at most 16,777,216 bytes that the file has, found one of");
  }

  @Test
  void filesOfAnIndexAreOneModel(@TempDir Path folder) throws IOException {
    String one = "{\"%s\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
    Files.write(folder.resolve("m-1.safetensors"), file(one.formatted("a"), 7));
    Files.write(folder.resolve("m-2.safetensors"), file(one.formatted("b"), 8));
    Path index = folder.resolve("model.safetensors.index.json");
    String map = "{\"weight_map\":{\"a\":\"m-1.safetensors\",\"b\":\"%s\"}}";
    Files.writeString(index, map.formatted("m-2.safetensors"));
    assertThat(Safetensors.readIndex(index).get("b").bytes()).containsExactly(8);
    Files.writeString(index, map.formatted("m-1.safetensors"));
    assertThatThrownBy(() -> Safetensors.readIndex(index))
        .hasMessageContaining("m-1.safetensors: no tensor b, which ");
    Files.writeString(index, map.formatted("../m-2.safetensors"));
    assertThatThrownBy(() -> Safetensors.readIndex(index))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("expected the name of a safetensors file beside it");
  }

  @Test
  void filesThatAreChangedAtRandomAreReadOrRefused() throws IOException {
    long seed = System.nanoTime();
    System.out.println("SafetensorsTest: seed " + seed);
    Random random = new Random(seed);
    byte[] whole = file(TWO, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    int refused = 0;
    for (int round = 0; round < 2_000; round++) {
      byte[] changed = whole.clone();
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      try {
        read(changed);
      } catch (MalformedException e) {
        assertThat(e).hasMessageStartingWith("m.safetensors");
        refused++;
      }
    }
    assertThat(refused).as("seed %d", seed).isBetween(1, 1_999);
  }
}
