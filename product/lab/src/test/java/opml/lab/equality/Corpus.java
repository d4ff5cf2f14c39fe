package opml.lab.equality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import opml.core.hash.Bytes32;
import opml.vm.isa.Op;
import opml.vm.state.ProgramDescriptor;

/// The steps that both sides are held to, in the order in which they tell most: golden vectors, witnesses that must be
/// refused, instructions at corners, words beside
/// instructions, steps of chance.
///
/// @param steps that have a poststate
/// @param refused witnesses that have none
record Corpus(List<StepCase> steps, List<Refusal> refused) {
  /// A witness and the contract's answer to it, an error.
  record Refusal(StepCase step, Bytes32 answer) {}

  private static final List<String> ERRORS =
      List.of(
          "StateMismatch()",
          "CodeMismatch()",
          "MemoryMismatch()",
          "UnusedMaskBits(uint256)",
          "WitnessTooShort(uint256,uint256)",
          "WitnessTooLong(uint256,uint256)");

  private static final Path GOLDEN = Path.of("..", "..", "spec", "vectors", "step.json");

  /// {@return the corpus, the same for the same seed}
  static Corpus make(long seed, int chance) {
    JsonNode golden = golden();
    List<StepCase> steps = cases(golden.path("steps"));
    Random random = new Random(seed);
    StepOperands operands = new StepOperands(random);
    RandomWords words = new RandomWords(random);
    StepMaker maker = new StepMaker(random);
    for (int i = 0; i < RandomWords.NEIGHBOURS; i++) {
      long[] x = operands.registers();
      x[17] = 93;
      steps.add(maker.make(words.neighbour(i), 0, 0, x, 0, random.nextInt(3)));
    }
    for (Op op : Op.values()) {
      for (long a : StepOperands.CORNERS) {
        for (long b : StepOperands.CORNERS.subList(0, 16)) {
          int word = words.instruction(op) & ~(31 << 15) | 11 << 15;
          long[] x = operands.registers();
          x[word >>> 20 & 31] = b;
          x[11] = a;
          x[0] = 0;
          steps.add(maker.make(word, 0, 0, x, 0, random.nextInt(3)));
        }
      }
    }
    for (int i = 0; i < chance; i++) {
      int codeDepth = operands.depth(16);
      steps.add(
          maker.make(
              words.any(),
              operands.pc(codeDepth),
              operands.exit(),
              operands.registers(),
              codeDepth,
              operands.depth(32)));
    }
    return new Corpus(List.copyOf(steps), refusals(golden.path("refused")));
  }

  private static JsonNode golden() {
    try {
      return new ObjectMapper().readTree(Files.readString(GOLDEN));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Refusal> refusals(JsonNode vectors) {
    List<StepCase> cases = cases(vectors);
    List<Refusal> refusals = new ArrayList<>();
    for (int i = 0; i < cases.size(); i++) {
      String error = vectors.get(i).path("error").asText();
      String signature =
          ERRORS.stream().filter(one -> one.startsWith(error + "(")).findFirst().orElseThrow();
      refusals.add(new Refusal(cases.get(i), StepContract.error(signature)));
    }
    return List.copyOf(refusals);
  }

  private static List<StepCase> cases(JsonNode vectors) {
    List<StepCase> cases = new ArrayList<>();
    for (JsonNode vector : vectors) {
      cases.add(
          new StepCase(
              vector.path("name").asText(),
              new ProgramDescriptor(
                  Bytes32.ofHex(vector.path("codeRoot").asText()),
                  vector.path("codeDepth").asInt(),
                  vector.path("memDepth").asInt()),
              Bytes32.ofHex(vector.path("prestate").asText()),
              HexFormat.of().parseHex(vector.path("witness").asText().substring(2)),
              Bytes32.ofHex(vector.path("poststate").asText())));
    }
    return cases;
  }
}
