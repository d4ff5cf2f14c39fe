package opml.store.memory;

import opml.store.JobQueue;
import opml.store.Orders;
import opml.store.Outbox;
import opml.store.Payments;
import opml.store.Projection;
import opml.store.RunResults;
import opml.store.Store;
import opml.store.StoreIdentity;

/// A store in memory. One lock is around everything.
public final class MapStore implements Store {
  private final StoreIdentity identity;
  private final MapState state = new MapState();
  private final MapOutbox outbox = new MapOutbox(state);
  private final MapPayments payments;
  private final MapProjection projection;
  private final MapJobs jobs = new MapJobs(state);
  private final MapResults results = new MapResults(state);
  private final MapOrders orders = new MapOrders(state);

  public MapStore(StoreIdentity identity) {
    this.identity = identity;
    this.payments = new MapPayments(state, identity.firstBlock());
    this.projection = new MapProjection(identity, state, payments, outbox);
  }

  /// {@return an outbox alone, of an account that nothing else is kept of}
  public static Outbox outboxAlone() {
    return new MapOutbox(new MapState());
  }

  /// {@return a queue alone, of an account that nothing else is kept of}
  public static JobQueue jobsAlone() {
    return new MapJobs(new MapState());
  }

  /// {@return results alone, of an account that nothing else is kept of}
  public static RunResults resultsAlone() {
    return new MapResults(new MapState());
  }

  @Override
  public StoreIdentity identity() {
    return identity;
  }

  @Override
  public Projection projection() {
    return projection;
  }

  @Override
  public Payments payments() {
    return payments;
  }

  @Override
  public Outbox outbox() {
    return outbox;
  }

  @Override
  public JobQueue jobs() {
    return jobs;
  }

  @Override
  public RunResults results() {
    return results;
  }

  @Override
  public Orders orders() {
    return orders;
  }

  @Override
  public void close() {
    state.close();
  }
}
