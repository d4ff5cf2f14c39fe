package opml.store;

/// Everything that one node keeps of one hub on one chain, for one account that it sends from.
///
/// *Atomicity.* Each method of the parts is one transaction: it happened as a whole or, if it threw, not at all,
/// whatever becomes of the process or the machine. Nothing spans two calls. A method that reads sees the state
/// between two writes.
///
/// *Durability.* When a method that writes returns, what it wrote survives the end of the process and, as far as the
/// disk keeps its word, the loss of power. [opml.store.memory.MapStore] keeps nothing beyond the process.
///
/// *Threads.* All methods may be called from any thread. Writes come one after the other, in the order in which they
/// return. A read does not wait for a write of a database.
///
/// *Errors.* A [StoreException] on account of the store, [IllegalArgumentException] and [IllegalStateException] where
/// the caller asked for what makes no sense. Nothing was changed then, with one exception: when the connection to a
/// database breaks while it commits, nobody knows, and [StoreException.Unavailable] leaves open whether it happened.
public interface Store extends AutoCloseable {
  StoreIdentity identity();

  Projection projection();

  Payments payments();

  Outbox outbox();

  JobQueue jobs();

  RunResults results();

  Orders orders();

  /// Lets go of the account's lock and of all files. What is called afterwards throws [IllegalStateException].
  @Override
  void close();
}
