package opml.formats.onnx.fusion;

import java.util.Optional;
import java.util.Set;
import opml.formats.onnx.node.GraphImport.Call;

/// Which calls are one.
interface FusionRule {
  /// One call in the place of several.
  ///
  /// @param call writes what the last of them wrote
  /// @param parts the numbers of all that it stands for
  record Fused(Call call, Set<Integer> parts) {
    public Fused {
      parts = Set.copyOf(parts);
    }
  }

  /// {@return what calls that end with this one become, if they are such; whether somebody else reads what lies
  /// between them is not looked at}
  Optional<Fused> endingWith(CallList.Step last);
}
