package opml.cli.command.pull;

import java.net.http.HttpHeaders;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a place says about a file that it serves, in the headers of an answer (RFC 9110).
///
/// @param status of HTTP
/// @param state a strong validator: what the place calls this state of the file, another one after any change; empty if
///     nothing
/// @param from which byte it begins with
/// @param total bytes of the whole file, if that is said
record Served(int status, String state, long from, OptionalLong total) {
  private static final Pattern RANGE =
      Pattern.compile("bytes (?:(\\d{1,18})-\\d{1,18}|\\*)/(\\d{1,18}|\\*)");

  static Served of(int status, HttpHeaders headers) {
    String tag = headers.firstValue("ETag").orElse("");
    // A weak one may stay although bytes change.
    String state = tag.startsWith("\"") ? tag : "";
    Matcher range = RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
    if (!range.matches()) {
      return new Served(
          status, state, status == 206 ? -1 : 0, headers.firstValueAsLong("Content-Length"));
    }
    long from = range.group(1) == null ? -1 : Long.parseLong(range.group(1));
    OptionalLong total =
        range.group(2).equals("*")
            ? OptionalLong.empty()
            : OptionalLong.of(Long.parseLong(range.group(2)));
    return new Served(status, state, from, total);
  }

  /// {@return the SHA-256 of the file, where an answer on the way says it}: Hugging Face names the object that a file
  /// of Git LFS is by it
  static Optional<String> linkedSha256(HttpHeaders headers) {
    return headers
        .firstValue("X-Linked-ETag")
        .map(tag -> tag.replace("\"", "").toLowerCase(Locale.ROOT))
        .filter(tag -> tag.matches("[0-9a-f]{64}"));
  }
}
