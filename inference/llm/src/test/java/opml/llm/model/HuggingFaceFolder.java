package opml.llm.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import opml.engine.tensor.Tensor;

/// Writes a folder as Hugging Face's are.
final class HuggingFaceFolder {
  private static final Map<String, String> PARTS =
      Map.ofEntries(
          Map.entry("attn_norm.weight", "input_layernorm.weight"),
          Map.entry("attn_q.weight", "self_attn.q_proj.weight"),
          Map.entry("attn_k.weight", "self_attn.k_proj.weight"),
          Map.entry("attn_v.weight", "self_attn.v_proj.weight"),
          Map.entry("attn_q.bias", "self_attn.q_proj.bias"),
          Map.entry("attn_k.bias", "self_attn.k_proj.bias"),
          Map.entry("attn_v.bias", "self_attn.v_proj.bias"),
          Map.entry("attn_q_norm.weight", "self_attn.q_norm.weight"),
          Map.entry("attn_k_norm.weight", "self_attn.k_norm.weight"),
          Map.entry("attn_output.weight", "self_attn.o_proj.weight"),
          Map.entry("ffn_norm.weight", "post_attention_layernorm.weight"),
          Map.entry("ffn_gate.weight", "mlp.gate_proj.weight"),
          Map.entry("ffn_up.weight", "mlp.up_proj.weight"),
          Map.entry("ffn_down.weight", "mlp.down_proj.weight"));

  private final Path folder;

  HuggingFaceFolder(Path folder) {
    this.folder = folder;
  }

  HuggingFaceFolder config(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json);
    return this;
  }

  HuggingFaceFolder tokenizer(String json) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), json);
    return this;
  }

  /// All weights in one file, by the names of GGUF.
  HuggingFaceFolder weights(Map<String, Tensor> weights) throws IOException {
    Map<String, Tensor> named = new LinkedHashMap<>();
    weights.forEach((name, tensor) -> named.put(name(name), tensor));
    Files.write(folder.resolve("model.safetensors"), safetensors(named));
    return this;
  }

  private static String name(String name) {
    return switch (name) {
      case "token_embd.weight" -> "model.embed_tokens.weight";
      case "output_norm.weight" -> "model.norm.weight";
      case "output.weight" -> "lm_head.weight";
      default -> {
        String[] words = name.split("[.]", 3);
        yield words[0].equals("blk") && PARTS.containsKey(words[2])
            ? "model.layers.%s.%s".formatted(words[1], PARTS.get(words[2]))
            : name;
      }
    };
  }

  private static byte[] safetensors(Map<String, Tensor> tensors) {
    StringJoiner rows = new StringJoiner(",", "{", "}");
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    tensors.forEach(
        (name, tensor) -> {
          int from = data.size();
          data.writeBytes(tensor.bytes());
          rows.add(
              "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                  .formatted(name, tensor.type(), tensor.shape().dims(), from, data.size()));
        });
    byte[] head = rows.toString().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + head.length + data.size())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(head.length)
        .put(head)
        .put(data.toByteArray())
        .array();
  }
}
