/// What a node keeps, and only that: it decides nothing and sends nothing.
///
/// [opml.store.Store] has six parts. [opml.store.Projection] is the hub's events as the chain has them, block by
/// block, with undo; [opml.store.Payments] is the money that moved with them. Both can be read again from the chain.
/// What cannot is the [opml.store.Outbox]: what the node means to send and what it has signed, written before it
/// leaves. [opml.store.JobQueue] and [opml.store.RunResults] are work that is due and work that is done,
/// and [opml.store.Orders] are what an operator asks of the node.
///
/// `opml.store.memory` says by maps what each method means; `opml.store.sql` keeps the same in SQLite or PostgreSQL,
/// and a test holds them equal.
package opml.store;
