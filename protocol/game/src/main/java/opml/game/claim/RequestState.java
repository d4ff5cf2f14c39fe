package opml.game.claim;

/// A request as the chain holds it at some block.
///
/// @param claims how many claims were ever posted
/// @param liveClaims how many of them are live now
/// @param deadline the last second, since the epoch, at which a claim may be posted now
/// @param extensions how often a claim's death has moved the deadline
public record RequestState(
    Request request,
    RequestStatus status,
    long claims,
    long liveClaims,
    long deadline,
    int extensions) {
  /// The number that extensions are counted up to.
  public static final int MAX_EXTENSIONS = 0xffff;

  public RequestState {
    if (liveClaims < 0 || liveClaims > claims) {
      throw new IllegalArgumentException(liveClaims + " live claims of " + claims);
    }
  }

  /// A request whose deadline has not been moved.
  public RequestState(Request request, RequestStatus status, long claims, long liveClaims) {
    this(request, status, claims, liveClaims, request.deadline(), 0);
  }

  /// {@return this request after so many claims, of which so many are live, with another status}
  public RequestState with(RequestStatus next, long allClaims, long live) {
    return new RequestState(request, next, allClaims, live, deadline, extensions);
  }

  /// {@return this request after one of its claims died: late enough, if it is open, for others to claim in a window of
  /// so many seconds}
  public RequestState afterDeath(long window, long now) {
    boolean extended = status == RequestStatus.OPEN && now + window > deadline;
    return new RequestState(
        request,
        status,
        claims,
        liveClaims - 1,
        extended ? now + window : deadline,
        extended ? Math.min(extensions + 1, MAX_EXTENSIONS) : extensions);
  }

  public RequestId id() {
    return request.id();
  }
}
