package opml.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.gguf.GgufReader;
import opml.formats.refusal.ImportException;
import opml.llm.tokenizer.Tokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Folders as Hugging Face's are, with the weights that a GGUF file of ours has.
class HuggingFaceModelTest {
  private static final String PIECES =
      """
      {"added_tokens":[{"id":0,"content":"<unk>","special":true},
        {"id":1,"content":"<s>","special":true},{"id":2,"content":"</s>","special":true}],
       "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},
        {"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
       "pre_tokenizer":null,
       "post_processor":{"type":"TemplateProcessing","single":[
        {"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}]},
       "model":{"type":"BPE","unk_token":"<unk>","byte_fallback":true,
        "vocab":{"<unk>":0,"<s>":1,"</s>":2,"▁":3,"a":4,"b":5,"▁a":6,"ab":7,%s},
        "merges":[["a","b"],"▁ a"]}}
      """;

  private static final String BYTES =
      """
      {"added_tokens":[{"id":256,"content":"<|begin|>","special":true},
        {"id":257,"content":"<|eot_id|>","special":true}],
       "normalizer":null,
       "pre_tokenizer":{"type":"Sequence","pretokenizers":[
        {"type":"Split","behavior":"Isolated","invert":false,"pattern":{"Regex":"%s"}},
        {"type":"ByteLevel","add_prefix_space":false,"use_regex":false}]},
       "post_processor":{"type":"Sequence","processors":[{"type":"ByteLevel"},
        {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<|begin|>"}},
         {"Sequence":{"id":"A"}}]}]},
       "model":{"type":"BPE","ignore_merges":true,"vocab":{%s,"ab":258},"merges":["a b"]}}
      """;

  private static final String LLAMA_3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\\\r\\\\n\\\\p{L}\\\\p{N}]?\\\\p{L}+|\\\\p{N}{1,3}"
          + "| ?[^\\\\s\\\\p{L}\\\\p{N}]+[\\\\r\\\\n]*|\\\\s*[\\\\r\\\\n]+|\\\\s+(?!\\\\S)|\\\\s+";

  @TempDir private Path folder;
  private HuggingFaceFolder writer;

  @BeforeEach
  void begin() {
    writer = new HuggingFaceFolder(folder);
  }

  private static Map<String, Tensor> weights(String family, ElementType type) {
    byte[] gguf = TinyLlama.of(family, type, new Random(3)).bytes();
    return new LinkedHashMap<>(GgufReader.read("tiny.gguf", gguf).tensors());
  }

  private LanguageModel open(String family, String more) throws IOException {
    return open(family, 263, more);
  }

  private LanguageModel open(String family, int vocabulary, String more) throws IOException {
    writer.config(
        """
        {"model_type":"%s","hidden_size":32,"num_hidden_layers":2,"num_attention_heads":4,
         "num_key_value_heads":2,"intermediate_size":64,"max_position_embeddings":128,
         "vocab_size":%d,"rms_norm_eps":1e-6,"rope_theta":500000.0,"hidden_act":"silu",
         "eos_token_id":[2,5]%s}
        """
            .formatted(family, vocabulary, more));
    return LanguageModels.open(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "qwen2", "qwen3"})
  void aFolderIsTheModelOfItsGgufFileButForThePairsOfTheRotation(String family) throws IOException {
    writer.weights(weights(family, ElementType.F16));
    LanguageModel model = open(family, "");
    Path file = folder.resolve("tiny.gguf");
    Files.write(file, TinyLlama.of(family, ElementType.F16, new Random(3)).bytes());
    LanguageModel same = LanguageModels.open(file);
    assertThat(model.weights().tensors().keySet())
        .containsExactlyElementsOf(same.weights().tensors().keySet());
    model
        .weights()
        .tensors()
        .forEach(
            (name, tensor) ->
                assertThat(tensor.bytes()).as(name).isEqualTo(same.weights().get(name).bytes()));
    assertThat(model.hyperparameters().rope())
        .isEqualTo(new Rope(8, 500_000, Rope.Style.NEOX, new Rope.Scaling.None()));
    assertThat(model.hyperparameters().normEpsilon()).isEqualTo(1e-6f);
    assertThat(model.hyperparameters().queryWidth()).isEqualTo(32);
    assertThat(model.tokenizer()).isEmpty();
    assertThat(model.name()).isEqualTo(folder.getFileName().toString());
  }

  @Test
  void scalingsAndWindowsAreRead() throws IOException {
    writer.weights(weights("llama", ElementType.F32));
    String llama3 =
        """
        ,"rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,
        "high_freq_factor":4.0,"original_max_position_embeddings":64}
        """;
    assertThat(open("llama", llama3).hyperparameters().rope().scaling())
        .isEqualTo(new Rope.Scaling.Llama3(8, 1, 4, 64));
    String yarn = ",\"rope_scaling\":{\"type\":\"yarn\",\"factor\":4.0}";
    assertThat(open("llama", yarn).hyperparameters().rope().scaling())
        .isEqualTo(new Rope.Scaling.Yarn(4, 128, RopeTable.yarnAttention(4), 1, 32, 1));
    assertThat(open("mistral", ",\"sliding_window\":64").hyperparameters().slidingWindow())
        .isEqualTo(64);
    assertThatThrownBy(() -> open("llama", ",\"rope_scaling\":{\"type\":\"dynamic\"}"))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("scaling of the rotation dynamic, which we do not have");
  }

  @Test
  void tiedWeightsHaveNoClassifier() throws IOException {
    writer.weights(weights("llama", ElementType.F32));
    assertThat(open("llama", ",\"tie_word_embeddings\":true").weights().isTied()).isTrue();
    assertThat(open("llama", "").weights().isTied()).isFalse();
  }

  @Test
  void piecesAreSentencePieces() throws IOException {
    writer.weights(weights("llama", ElementType.F32));
    writer.tokenizer(PIECES.formatted(bytesFrom(8, "<0x%02X>")));
    assertThatThrownBy(() -> open("llama", "")).hasMessageContaining("expected a token of 263");
    String less =
        IntStream.range(0, 255)
            .mapToObj(b -> "\"<0x%02X>\":%d".formatted(b, 8 + b))
            .collect(Collectors.joining(","));
    writer.tokenizer(PIECES.formatted(less));
    Tokenizer tokenizer = open("llama", "").tokenizer().orElseThrow();
    assertThat(tokenizer.encode("ab a\n", true, false)).containsExactly(1, 3, 7, 6, 8 + '\n');
    assertThat(tokenizer.decode(new int[] {1, 3, 7, 6, 8 + '\n'}, false)).isEqualTo("ab a\n");
    assertThat(tokenizer.endsOfGeneration()).containsExactlyInAnyOrder(2, 5);
  }

  @Test
  void bytesAreJoinedByTheModelsOwnRuleForWords() throws IOException {
    writer.weights(weights("llama", ElementType.F32));
    String alphabet = alphabet();
    writer.tokenizer(BYTES.formatted(LLAMA_3, alphabet));
    Tokenizer tokenizer = open("llama", "").tokenizer().orElseThrow();
    assertThat(tokenizer.size()).isEqualTo(263);
    assertThat(tokenizer.encode("ab é", true, false)).containsExactly(256, 258, ' ', 0xc3, 0xa9);
    assertThat(tokenizer.decode(new int[] {256, 258, ' ', 0xc3, 0xa9}, false)).isEqualTo("ab é");
    assertThat(tokenizer.endsOfGeneration()).contains(257);
    writer.tokenizer(BYTES.formatted("[a-z]+", alphabet));
    assertThatThrownBy(() -> open("llama", ""))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("a rule for words that we do not have: [a-z]+");
  }

  @Test
  void lettersAndMarksAreComposedWhereTheFileAsksForIt() throws IOException {
    writer.weights(weights("llama", ElementType.F32));
    String plain = BYTES.formatted(LLAMA_3, alphabet());
    String composing = plain.replace("\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}");
    writer.tokenizer(composing);
    Tokenizer composes = open("llama", "").tokenizer().orElseThrow();
    // A letter and its mark; Hangul of three parts; the sign of a unit that is a letter, too.
    assertThat(composes.encode("e\u0301", false, false)).containsExactly(0xc3, 0xa9);
    assertThat(composes.encode("\u1112\u1161\u11ab", false, false))
        .containsExactly(0xed, 0x95, 0x9c);
    assertThat(composes.encode("\u212b", false, false)).containsExactly(0xc3, 0x85);
    assertThat(composes.encode("<|begin|>\u0301", false, true)).containsExactly(256, 0xcc, 0x81);
    writer.tokenizer(plain);
    Tokenizer leaves = open("llama", "").tokenizer().orElseThrow();
    assertThat(leaves.encode("e\u0301", false, false)).containsExactly('e', 0xcc, 0x81);
  }

  @Test
  void aVocabularyOfMillionsThatNobodyNamesIsRefusedBeforeItIsMade() throws IOException {
    writer.weights(weights("llama", ElementType.F32));
    writer.tokenizer(BYTES.formatted(LLAMA_3, alphabet()));
    assertThatThrownBy(() -> open("llama", 1 << 24, ""))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining("259 tokens, and the model has 16,777,216; expected at most 65,536")
        .hasMessageContaining("token_embd.weight: expected 16777216x32, found 263x32");
  }

  @Test
  void whatIsMissingOrUnknownIsTold() throws IOException {
    assertThatThrownBy(() -> LanguageModels.open(folder))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("expected a folder with config.json");
    assertThatThrownBy(() -> open("llama", ""))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("neither model.safetensors nor model.safetensors.index.json");
    Map<String, Tensor> weights = weights("llama", ElementType.F32);
    weights.put("model.layers.0.self_attn.o_proj.bias", weights.remove("blk.1.ffn_norm.weight"));
    writer.weights(weights);
    String more = ",\"quantization_config\":{},\"head_dim\":\"x\"";
    assertThatThrownBy(() -> open("llama", more))
        .isInstanceOf(ImportException.class)
        .hasMessageContainingAll("quantization_config: weights", "head_dim: expected a whole num");
    assertThatThrownBy(() -> open("llama", ""))
        .hasMessageContainingAll(
            "tensors that are missing: blk.1.ffn_norm.weight",
            "no use for in the family llama: model.layers.0.self_attn.o_proj.bias");
    assertThatThrownBy(() -> open("gemma3", ""))
        .hasMessageContaining("architecture gemma3, which we do not have");
    Path file = folder.resolve("model.safetensors");
    assertThatThrownBy(() -> LanguageModels.open(file))
        .hasMessageContaining("has weights alone; open the folder that it is in");
  }

  private static String bytesFrom(int first, String format) {
    return IntStream.range(0, 256)
        .mapToObj(b -> "\"%s\":%d".formatted(format.formatted(b), first + b))
        .collect(Collectors.joining(","));
  }

  /// GPT-2's letters for bytes, as `bytes_to_unicode` of its authors makes them.
  private static String alphabet() {
    StringBuilder json = new StringBuilder();
    int others = 0;
    for (int b = 0; b < 256; b++) {
      boolean own = b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae;
      char letter = (char) (own ? b : 256 + others++);
      String text = letter == '"' || letter == '\\' ? "\\" + letter : String.valueOf(letter);
      json.append(json.isEmpty() ? "" : ",").append("\"%s\":%d".formatted(text, b));
    }
    return json.toString();
  }

  @Test
  void theTemplateOfConversationsStandsInAFileOfItsOwnOrInTheSettings() throws IOException {
    writer.weights(weights("llama", ElementType.F32));
    assertThat(open("llama", "").chatTemplate()).isEmpty();
    Path settings = folder.resolve("tokenizer_config.json");
    Files.writeString(settings, "{\"chat_template\": \"one\"}");
    assertThat(open("llama", "").chatTemplate()).contains("one");
    Files.writeString(
        settings,
        "{\"chat_template\": [{\"name\": \"tool_use\", \"template\": \"no\"},"
            + " {\"name\": \"default\", \"template\": \"two\"}]}");
    assertThat(open("llama", "").chatTemplate()).contains("two");
    Files.writeString(folder.resolve("chat_template.jinja"), "three");
    assertThat(open("llama", "").chatTemplate()).contains("three");
  }
}
