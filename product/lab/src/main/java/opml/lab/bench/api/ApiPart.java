package opml.lab.bench.api;

import java.util.Locale;

/// What `opml bench api` measures, one after the other.
public enum ApiPart {
  /// One text through the server beside one of a session.
  OVERHEAD,
  /// Sixteen texts at once beside one.
  STREAMS,
  /// The first token of a prompt that begins as another one did.
  PREFIX,
  /// A text that repeats itself, with guesses and without.
  SPECULATIVE,
  /// What the masks of grammars take of the time of a text.
  MASKS,
  /// llama.cpp's figures where it has the feature.
  PEER,
  /// Answers under random schemas.
  SCHEMAS,
  /// Answers under load beside those of a session.
  EQUAL,
  /// Many requests at once.
  SOAK,
  /// What receipts of answers cost.
  RECEIPT,
  /// Other people's clients.
  CLIENTS,
  /// Lies about a sampled token and about one that a grammar forbids, on a chain.
  DISPUTES;

  /// {@return its name on a command line and in reports}
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
