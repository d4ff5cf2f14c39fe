/// The store in a database; all SQL is here. [opml.store.sql.SqlStore] opens one: a file of SQLite, or PostgreSQL.
///
/// `Database` bridges what the two do otherwise, `Transactions` makes each method one transaction of a process that
/// still has the fence, `Sql` and `Columns` spell out JDBC once. The tables are in `V1__store.sql`; a change of them
/// is a new script beside it, and a higher `StoreSchema.VERSION`.
package opml.store.sql;
