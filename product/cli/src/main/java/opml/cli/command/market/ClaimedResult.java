package opml.cli.command.market;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import opml.cli.console.Amounts;
import opml.cli.console.Json;
import opml.hub.ClaimedOutput;
import opml.hub.Picture.SeenClaim;
import org.jspecify.annotations.Nullable;

/// What a claim says of a request, for people and for programs.
///
/// @param output what the claim says of it
/// @param bytes of the output, with its trailing zeros, as far as they are known; empty if the model fails
record ClaimedResult(
    SeenClaim claim, ClaimedOutput output, Optional<byte[]> bytes, RequestedModel model) {
  private static final int BYTES_SHOWN = 64;

  /// {@return what a claim says, as far as the chain has it}
  static ClaimedResult of(SeenClaim claim, ClaimedOutput output, RequestedModel model) {
    return new ClaimedResult(
        claim,
        output,
        switch (output) {
          case ClaimedOutput.None _ -> Optional.of(new byte[0]);
          case ClaimedOutput.Whole whole -> Optional.of(whole.bytes());
          case ClaimedOutput.ByRoot _ -> Optional.empty();
        },
        model);
  }

  /// {@return the same, with the bytes that its root stands for}
  ClaimedResult with(byte[] found) {
    return new ClaimedResult(claim, output, Optional.of(found), model);
  }

  /// {@return whether the claim says that the model fails on this input}
  boolean isFailure() {
    return output instanceof ClaimedOutput.None;
  }

  Map<String, @Nullable Object> fields() {
    Map<String, @Nullable Object> fields =
        Json.object(
            "claim", claim.id().hash(),
            "server", claim.state().claim().server(),
            "fails", isFailure());
    switch (output) {
      case ClaimedOutput.ByRoot root ->
          fields.putAll(Json.object("outputBytes", root.bytes(), "outputRoot", root.root()));
      case ClaimedOutput.None _, ClaimedOutput.Whole _ -> {
        byte[] all = bytes.orElseThrow();
        fields.putAll(
            Json.object(
                "outputBytes", all.length, "outputHex", "0x" + HexFormat.of().formatHex(all)));
        fields.putAll(model.fields(all));
      }
    }
    return fields;
  }

  @Override
  public String toString() {
    return switch (output) {
      case ClaimedOutput.None _ -> "output none: the model fails on this input";
      case ClaimedOutput.Whole whole -> words(whole.bytes());
      case ClaimedOutput.ByRoot root ->
          bytes
              .map(this::words)
              .orElseGet(
                  () ->
                      "output %s bytes with the root %s"
                          .formatted(Amounts.count(root.bytes()), root.root()));
    };
  }

  private String words(byte[] all) {
    return model.words(all).orElseGet(() -> hex(all));
  }

  private String hex(byte[] all) {
    String hex = HexFormat.of().formatHex(Arrays.copyOf(all, Math.min(BYTES_SHOWN, all.length)));
    return "output %s bytes 0x%s%s%s"
        .formatted(
            Amounts.count(all.length),
            hex,
            all.length > BYTES_SHOWN ? "…" : "",
            model.known().isEmpty()
                ? "\nthe values' type is in the model's file: --model FILE reads them"
                : "");
  }
}
