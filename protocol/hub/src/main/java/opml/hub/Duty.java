package opml.hub;

import java.util.function.Function;
import opml.ethereum.chain.Receipt;
import opml.ethereum.send.KeyedOrder;
import opml.hub.Journal.Entry;

/// One thing that is due.
///
/// @param what it is about, for people
/// @param keyed what to send, and what it is worth
/// @param done what to tell when it is done
/// @param refused what to tell when the contract refuses it for good, or a favour was in vain, with the reason
/// @param overtaken what to tell when somebody else was faster, or it is no longer to be done
record Duty(
    String what,
    KeyedOrder<IntentKey> keyed,
    Function<Receipt, Entry> done,
    Function<String, Entry> refused,
    Entry overtaken) {}
