package opml.formats.onnx.fusion;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.formats.onnx.fusion.FusionRule.Fused;
import opml.formats.onnx.node.GraphImport.Call;
import opml.formats.onnx.node.Value;
import org.jspecify.annotations.Nullable;

/// Applies the rules, one after the other, each from the first call to the last.
public final class CallFusion {
  private static final List<FusionRule> RULES =
      List.of(
          new GeluRule(),
          new LayerNormalisationRule(),
          new ScaledProductRule(),
          new BiasRule(),
          new MovedOperandRule(0),
          new MovedOperandRule(1));

  private CallFusion() {}

  /// {@return calls that compute the same with fewer of them}
  ///
  /// @param calls in an order in which they can run
  /// @param result what is asked of them
  public static List<Call> of(List<Call> calls, Value.Place result) {
    List<Call> fewer = calls;
    for (FusionRule rule : RULES) {
      fewer = applied(rule, new CallList(fewer, result));
    }
    return fewer;
  }

  private static List<Call> applied(FusionRule rule, CallList calls) {
    Map<Integer, Call> changed = new HashMap<>();
    Set<Integer> gone = new HashSet<>();
    for (int i = 0; i < calls.size(); i++) {
      Optional<Fused> fused = rule.endingWith(calls.step(i));
      if (fused.isPresent()
          && fused.get().parts().stream().noneMatch(part -> gone.contains(part))
          && calls.areAlone(fused.get().parts(), i)) {
        gone.addAll(fused.get().parts());
        changed.put(i, fused.get().call());
      }
    }
    List<Call> left = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      @Nullable Call one = changed.get(i);
      if (one != null) {
        left.add(one);
      } else if (!gone.contains(i)) {
        left.add(calls.step(i).call());
      }
    }
    return left;
  }
}
