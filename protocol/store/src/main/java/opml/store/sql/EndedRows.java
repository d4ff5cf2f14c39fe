package opml.store.sql;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.hub.EventKind;
import opml.store.EndedRequest;

/// Requests that are over, as rows, and how their events become one.
final class EndedRows {
  private static final String COLUMNS =
      "request, final_claim, first_block, last_block, events, claims, games";

  private static final String OVER =
      "select request, min(block), max(block), count(*), "
          + count(EventKind.CLAIMED)
          + ", "
          + count(EventKind.CHALLENGED)
          + " from event where request is not null group by request having max(block) < ?"
          + " and (%s > 0 or request in (select request from ended_request))"
              .formatted(count(EventKind.REQUEST_ENDED))
          + " and %s = %s".formatted(count(EventKind.CLAIMED), count(EventKind.CLAIM_ENDED))
          + " and %s = %s".formatted(count(EventKind.CHALLENGED), count(EventKind.GAME_ENDED));

  private EndedRows() {}

  private static String count(EventKind kind) {
    return "sum(case when kind = %d then 1 else 0 end)".formatted(Columns.codeOf(kind));
  }

  /// {@return how many events became rows}
  static long prune(Sql sql, long before) throws SQLException {
    List<EndedRequest> over =
        sql.list(
            OVER,
            row ->
                new EndedRequest(
                    new RequestId(row.hash()),
                    Optional.empty(),
                    row.number(),
                    row.number(),
                    row.number(),
                    row.number(),
                    row.number()),
            before);
    long gone = 0;
    for (EndedRequest counted : over) {
      RequestId request = counted.request();
      EndedRequest now = withFinalClaim(sql, counted);
      Optional<EndedRequest> earlier =
          sql.first(
              "select " + COLUMNS + " from ended_request where request = ?",
              EndedRows::read,
              request);
      replace(sql, earlier.map(row -> row.and(now)).orElse(now));
      gone += sql.change("delete from event where request = ?", request);
    }
    return gone;
  }

  private static EndedRequest withFinalClaim(Sql sql, EndedRequest counted) throws SQLException {
    Optional<Optional<ClaimId>> end =
        sql.first(
            "select claim from event where request = ? and kind = ? order by block, log_index"
                + " limit 1",
            row -> row.maybe(ClaimId::new),
            counted.request(),
            EventKind.REQUEST_ENDED);
    return new EndedRequest(
        counted.request(),
        end.flatMap(claim -> claim),
        counted.firstBlock(),
        counted.lastBlock(),
        counted.events(),
        counted.claims(),
        counted.games());
  }

  static void replace(Sql sql, EndedRequest row) throws SQLException {
    sql.change("delete from ended_request where request = ?", row.request());
    sql.change(
        "insert into ended_request (" + COLUMNS + ") values (?, ?, ?, ?, ?, ?, ?)",
        row.request(),
        row.finalClaim(),
        row.firstBlock(),
        row.lastBlock(),
        row.events(),
        row.claims(),
        row.games());
  }

  static List<EndedRequest> between(Sql sql, long from, long to) throws SQLException {
    return sql.list(
        "select "
            + COLUMNS
            + " from ended_request where last_block >= ? and last_block <= ?"
            + " order by last_block, request",
        EndedRows::read,
        from,
        to);
  }

  private static EndedRequest read(Columns row) throws SQLException {
    return new EndedRequest(
        new RequestId(row.hash()),
        row.maybe(ClaimId::new),
        row.number(),
        row.number(),
        row.number(),
        row.number(),
        row.number());
  }
}
