package opml.store;

import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.ethereum.chain.TxHash;
import opml.hub.IntentKey;

/// What is to be sent. Written, then sent: an intent is noted when it is decided, and its signed bytes are here
/// before they leave, so that a process that comes after this one finds what is on its way, with nonces and fees.
///
/// Atomicity, durability and threads are those of the [Store]. Where a key is named, [IllegalArgumentException] says
/// that nothing was noted under it.
public interface Outbox {
  /// Notes an intent. If its key is on its way, nothing changes, however the intent differs: the first decision stands.
  /// If it is mined or dropped, it begins anew: what is decided again then was in vain, or is due once more.
  ///
  /// @return the row that stands
  OutboxRow note(Intent intent);

  /// Keeps signed bytes; to do so twice is to do it once.
  ///
  /// @throws IllegalStateException if the intent is mined or dropped, or its account has given the nonce to another
  ///     intent that is on its way, whose last version has it: an earlier one of another nonce was refused
  OutboxRow sign(IntentKey key, SignedVersion version);

  /// A node took a version.
  ///
  /// @throws IllegalArgumentException if there is no such version
  OutboxRow sent(IntentKey key, TxHash hash);

  /// A version is in a block. [Projection#undo] takes that back.
  ///
  /// @throws IllegalArgumentException if there is no such version
  OutboxRow mined(IntentKey key, MinedAs as);

  /// The intent is no longer wanted: overtaken, or too late.
  ///
  /// @throws IllegalStateException if it is mined
  OutboxRow drop(IntentKey key, String why);

  Optional<OutboxRow> find(IntentKey key);

  /// {@return what is noted, signed or sent, by deadline and then by key: what a process that starts goes on with}
  List<OutboxRow> unmined();

  /// {@return all rows of one state, by deadline and then by key}
  List<OutboxRow> in(IntentState state);

  /// {@return the highest nonce that was ever signed for an account}
  Optional<Long> highestNonce(Address account);
}
