package opml.llm.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import opml.engine.tensor.Tensor;

/// Tells models from one another at once, however large they are: by a digest over the numbers, and over each tensor's
/// name, type, shape and first row. It vouches for nothing: whoever has to rely on a model takes its id, for which all
/// weights are hashed.
public final class Fingerprint {
  private static final int BYTES = 8;

  private Fingerprint() {}

  /// {@return letters that are the same for the same model everywhere}
  ///
  /// @throws opml.core.codec.MalformedException if the file was changed meanwhile
  public static String of(LanguageModel model) {
    MessageDigest digest = sha256();
    update(digest, model.hyperparameters().toString());
    for (Map.Entry<String, Tensor> each : model.weights().tensors().entrySet()) {
      Tensor tensor = each.getValue();
      update(digest, each.getKey() + " " + tensor.type().label() + " " + tensor.shape());
      Tensor first = tensor.shape().rank() > 1 ? tensor.part(0, 0, 1) : tensor;
      digest.update(first.digest().toArray());
    }
    return "opml-" + HexFormat.of().formatHex(digest.digest(), 0, BYTES);
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
