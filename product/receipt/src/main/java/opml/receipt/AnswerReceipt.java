package opml.receipt;

import java.util.Arrays;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.key.Signature;
import opml.ethereum.key.TypedDomain;
import opml.llm.forward.TextLimits;

/// A signed statement about an answer, and all that is needed to compute the answer again but the model's file.
///
/// @param server who says to have signed
/// @param limits how long the model's texts are, from which its id follows
/// @param outputBytes of the answer's slot
/// @param request bytes of its slot, without the zeros at its end
/// @param answer bytes of its slot, without the zeros at its end
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record AnswerReceipt(
    TypedDomain domain,
    Vouched vouched,
    Address server,
    Signature signature,
    TextLimits limits,
    int outputBytes,
    byte[] request,
    byte[] answer) {
  /// What signatures are for that are meant for no chain.
  public static final TypedDomain NOWHERE = domain(Optional.empty());

  public AnswerReceipt {
    request = request.clone();
    answer = answer.clone();
  }

  /// {@return what receipts are signed for}
  ///
  /// @param hub where the server claims, if it has said so
  public static TypedDomain domain(Optional<TypedDomain.Site> hub) {
    return new TypedDomain("opml", "1", hub);
  }

  @Override
  public byte[] request() {
    return request.clone();
  }

  @Override
  public byte[] answer() {
    return answer.clone();
  }

  /// {@return what is signed}
  public Bytes32 digest() {
    return domain.digest(vouched.hash());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AnswerReceipt that
        && domain.equals(that.domain)
        && vouched.equals(that.vouched)
        && server.equals(that.server)
        && signature.equals(that.signature)
        && limits.equals(that.limits)
        && outputBytes == that.outputBytes
        && Arrays.equals(request, that.request)
        && Arrays.equals(answer, that.answer);
  }

  @Override
  public int hashCode() {
    return 31 * vouched.hashCode() + signature.hashCode();
  }

  @Override
  public String toString() {
    return "receipt of %s for model %s".formatted(server, vouched.model());
  }
}
