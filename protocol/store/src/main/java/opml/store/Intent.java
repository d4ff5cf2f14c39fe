package opml.store;

import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Data;
import opml.hub.IntentKey;

/// A transaction that is to be sent, as it was decided; nonce and fees come when it is signed.
///
/// @param account that sends it
/// @param to the contract that it calls
/// @param data the call
/// @param value the money that goes with it
/// @param deadline seconds since 1970 after which it is no use
/// @param notedAt seconds since 1970
public record Intent(
    IntentKey key,
    Address account,
    Address to,
    Data data,
    Wei value,
    long deadline,
    long notedAt) {}
