package opml.cli.command.market;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import opml.cli.console.Amounts;
import opml.cli.console.Json;
import opml.hub.Picture.SeenClaim;
import org.jspecify.annotations.Nullable;

/// What a claim says of a request, for people and for programs.
///
/// @param output with its trailing zeros; empty if the model fails
record ClaimedResult(SeenClaim claim, byte[] output, RequestedModel model) {
  private static final int RESULT_FAILED = 2;
  private static final int BYTES_SHOWN = 64;

  /// {@return whether the claim says that the model fails on this input}
  boolean isFailure() {
    return claim.resultStatus() == RESULT_FAILED;
  }

  Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> fields =
        Json.object(
            "claim", claim.id().hash(),
            "server", claim.state().claim().server(),
            "fails", isFailure(),
            "outputBytes", output.length,
            "outputHex", "0x" + HexFormat.of().formatHex(output));
    fields.putAll(model.fields(output));
    return fields;
  }

  @Override
  public String toString() {
    if (isFailure()) {
      return "output none: the model fails on this input";
    }
    return model.words(output).orElseGet(this::bytes);
  }

  private String bytes() {
    String hex =
        HexFormat.of().formatHex(Arrays.copyOf(output, Math.min(BYTES_SHOWN, output.length)));
    return "output %s bytes 0x%s%s%s"
        .formatted(
            Amounts.count(output.length),
            hex,
            output.length > BYTES_SHOWN ? "…" : "",
            model.known().isEmpty()
                ? "\nthe values' type is in the model's file: --model FILE reads them"
                : "");
  }
}
