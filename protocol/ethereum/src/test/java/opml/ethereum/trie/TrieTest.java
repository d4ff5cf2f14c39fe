package opml.ethereum.trie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.Data;
import opml.ethereum.proof.Vectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class TrieTest {
  private static Data text(String text) {
    return Data.of(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void theRootIsThatOfEthereumsOwnTest() {
    Map<Data, Data> values =
        Map.of(
            text("do"), text("verb"),
            text("dog"), text("puppy"),
            text("doge"), text("coin"),
            text("horse"), text("stallion"));
    assertThat(Trie.of(values).root())
        .isEqualTo(
            Bytes32.ofHex("0x5991bb8c6514148a29db676a14ac506cd2cd5775ace63c30a4fe457715e9ac84"));
  }

  @Test
  void rootsAreThoseOfAnotherImplementation() {
    for (JsonNode vector : Vectors.of("tries")) {
      Map<Data, Data> values = new HashMap<>();
      vector
          .get("entries")
          .forEachEntry((key, value) -> values.put(Data.ofHex(key), Data.ofHex(value.asText())));
      assertThat(Trie.of(values).root().toString())
          .as("%d entries", values.size())
          .isEqualTo(vector.get("root").asText());
    }
    for (JsonNode vector : Vectors.of("lists")) {
      List<Data> values = new ArrayList<>();
      vector.get("values").forEach(value -> values.add(Data.ofHex(value.asText())));
      assertThat(Trie.of(values).root().toString())
          .as("%d values", values.size())
          .isEqualTo(vector.get("root").asText());
    }
  }

  private static Data random(Random random, int most) {
    byte[] bytes = new byte[1 + random.nextInt(most)];
    random.nextBytes(bytes);
    if (random.nextInt(4) > 0) {
      bytes[0] &= 0x31; // long common paths, branches with values, and nodes within nodes
    }
    return Data.of(bytes);
  }

  /// {@return the trie's nodes that a question needs, found by leaving out one after the other}
  private static List<Data> needed(Trie trie, Data key) {
    List<Data> needed = new ArrayList<>(trie.nodes().values());
    for (Data node : trie.nodes().values()) {
      List<Data> fewer = new ArrayList<>(needed);
      fewer.remove(node);
      try {
        new TrieProof(fewer).value(trie.root(), key.toArray());
        needed = fewer;
      } catch (IllegalArgumentException e) {
        // It is needed.
      }
    }
    return needed;
  }

  @RepeatedTest(20)
  void everyKeyIsProvenAndNoBitOfItsProofCanChange() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Map<Data, Data> values = new LinkedHashMap<>();
    int count = random.nextInt(40);
    for (int i = 0; i < count; i++) {
      values.put(random(random, 3), random(random, 50));
    }
    Trie trie = Trie.of(values);
    TrieProof all = new TrieProof(trie.nodes().values());
    for (int i = 0; i < 60; i++) {
      Data key = random(random, 3);
      assertThat(all.value(trie.root(), key.toArray()).orElse(null))
          .as("seed %d, %s", seed, key)
          .isEqualTo(values.get(key));
    }
    values.forEach(
        (key, value) ->
            assertThat(all.value(trie.root(), key.toArray())).as("seed %d", seed).contains(value));
    Data asked = random(random, 3);
    List<Data> proof = needed(trie, asked);
    for (int i = 0; i < proof.size(); i++) {
      byte[] node = proof.get(i).toArray();
      int bit = random.nextInt(Byte.SIZE * node.length);
      node[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      List<Data> changed = new ArrayList<>(proof);
      changed.set(i, Data.of(node));
      assertThatThrownBy(() -> new TrieProof(changed).value(trie.root(), asked.toArray()))
          .as("seed %d, node %d, bit %d", seed, i, bit)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void anotherOrderOfEntriesIsTheSameTrie() {
    Map<Data, Data> one = new LinkedHashMap<>();
    one.put(text("a"), text("1"));
    one.put(text("b"), text("2"));
    Map<Data, Data> other = new LinkedHashMap<>();
    other.put(text("b"), text("2"));
    other.put(text("a"), text("1"));
    assertThat(Trie.of(one).root()).isEqualTo(Trie.of(other).root()).isNotEqualTo(Trie.EMPTY);
  }

  @Test
  void whatIsNoTrieIsRefused() {
    for (String node :
        List.of("0x80", "0xc0", "0xc101", "0xc20080", "0xc2c080", "0xc24001", "0x")) {
      Data bytes = Data.ofHex(node);
      Bytes32 root = Keccak.hash(bytes.toArray());
      if (root.equals(Trie.EMPTY)) {
        assertThat(new TrieProof(List.of(bytes)).value(root, new byte[] {1})).isEmpty();
      } else {
        assertThatThrownBy(() -> new TrieProof(List.of(bytes)).value(root, new byte[] {1}))
            .as(node)
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }
}
