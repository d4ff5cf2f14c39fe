package opml.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import opml.core.codec.Printable;
import opml.ethereum.chain.TxHash;
import opml.hub.IntentKey;

/// An intent and what became of it. What may follow what is decided here, for every backing.
///
/// @param versions in the order in which they were signed
/// @param mined while it is in a block
/// @param dropped why it is, or was once, no longer wanted; empty if that never was
public record OutboxRow(
    Intent intent,
    IntentState state,
    List<SignedVersion> versions,
    Optional<MinedAs> mined,
    String dropped) {
  /// What is due first comes first.
  public static final Comparator<OutboxRow> ORDER =
      Comparator.comparingLong((OutboxRow row) -> row.intent().deadline())
          .thenComparing(row -> row.intent().key(), IntentKey.ORDER);

  public OutboxRow {
    versions = List.copyOf(versions);
  }

  /// {@return the row of an intent that was just decided}
  public static OutboxRow of(Intent intent) {
    return new OutboxRow(intent, IntentState.NOTED, List.of(), Optional.empty(), "");
  }

  /// {@return what becomes of this row when its intent is decided again: nothing if it is on its way; a row of the new
  /// decision if this one has ended}
  public OutboxRow again(Intent decided) {
    return hasEnded() ? of(decided) : this;
  }

  private boolean hasEnded() {
    return state == IntentState.MINED || state == IntentState.DROPPED;
  }

  /// {@return whether it has a nonce that nobody else may have: it was signed, and did not end}
  public boolean isOnItsWay() {
    return state == IntentState.SIGNED || state == IntentState.SENT;
  }

  /// {@return this row with another signed version; this row if it has it}
  ///
  /// @throws IllegalStateException if it is in a block, or not wanted
  public OutboxRow signed(SignedVersion version) {
    if (version(version.hash()).isPresent()) {
      return this;
    }
    if (hasEnded()) {
      throw new IllegalStateException(
          "%s is %s, and is not signed again".formatted(intent.key(), state));
    }
    List<SignedVersion> more = new ArrayList<>(versions);
    more.add(version);
    return new OutboxRow(
        intent, state == IntentState.NOTED ? IntentState.SIGNED : state, more, mined, dropped);
  }

  /// {@return this row once a node took one of its versions}
  ///
  /// @throws IllegalArgumentException if it has no such version
  public OutboxRow sent(TxHash hash) {
    SignedVersion version = requireVersion(hash);
    List<SignedVersion> now = new ArrayList<>(versions);
    now.set(versions.indexOf(version), version.sent());
    return new OutboxRow(
        intent, state == IntentState.SIGNED ? IntentState.SENT : state, now, mined, dropped);
  }

  /// {@return this row in a block, also if it was not wanted any more or in another block before}
  ///
  /// @throws IllegalArgumentException if it has no such version
  public OutboxRow mined(MinedAs as) {
    requireVersion(as.transaction());
    return new OutboxRow(intent, IntentState.MINED, versions, Optional.of(as), dropped);
  }

  /// {@return this row, not wanted any more; this row if that is known}
  ///
  /// @throws IllegalStateException if it is in a block
  public OutboxRow dropped(String why) {
    if (state == IntentState.MINED) {
      throw new IllegalStateException(intent.key() + " is in a block, and is not dropped");
    }
    return state == IntentState.DROPPED
        ? this
        : new OutboxRow(intent, IntentState.DROPPED, versions, mined, Printable.lines(why));
  }

  /// {@return this row without the block that it was in: what is mined was sent}
  public OutboxRow undone() {
    return new OutboxRow(intent, IntentState.SENT, versions, Optional.empty(), dropped);
  }

  private Optional<SignedVersion> version(TxHash hash) {
    return versions.stream().filter(version -> version.hash().equals(hash)).findFirst();
  }

  private SignedVersion requireVersion(TxHash hash) {
    return version(hash)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s has no transaction %s".formatted(intent.key(), hash)));
  }
}
