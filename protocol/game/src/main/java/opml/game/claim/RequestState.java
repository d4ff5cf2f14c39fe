package opml.game.claim;

/// A request as the chain holds it at some block.
///
/// @param claims how many claims were ever posted
/// @param liveClaims how many of them are live now
public record RequestState(Request request, RequestStatus status, long claims, long liveClaims) {
  public RequestState {
    if (liveClaims < 0 || liveClaims > claims) {
      throw new IllegalArgumentException(liveClaims + " live claims of " + claims);
    }
  }

  public RequestId id() {
    return request.id();
  }
}
