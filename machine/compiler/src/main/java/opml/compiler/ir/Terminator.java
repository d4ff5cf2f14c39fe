package opml.compiler.ir;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a block ends.
public sealed interface Terminator {
  record Jump(Block to) implements Terminator {}

  record Branch(Condition condition, Node left, Node right, Block yes, Block no)
      implements Terminator {
    public Branch {
      left = left.resolved();
      right = right.resolved();
    }
  }

  record Return(@Nullable Node value) implements Terminator {
    public Return {
      value = value == null ? null : value.resolved();
    }
  }

  /// {@return the blocks that may come next}
  default List<Block> successors() {
    return switch (this) {
      case Jump(Block to) -> List.of(to);
      case Branch branch -> List.of(branch.yes(), branch.no());
      case Return _ -> List.of();
    };
  }

  /// {@return the values it looks at}
  default List<Node> inputs() {
    return switch (this) {
      case Jump _ -> List.of();
      case Branch branch -> List.of(branch.left().resolved(), branch.right().resolved());
      case Return(Node value) -> value == null ? List.of() : List.of(value.resolved());
    };
  }
}
