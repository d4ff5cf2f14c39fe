package opml.compiler.frontend;

import java.util.ArrayList;
import java.util.List;
import opml.compiler.frontend.Type.Kind;
import opml.compiler.ir.Block;
import opml.compiler.ir.MethodGraph;
import opml.compiler.ir.MethodRef;
import opml.compiler.ir.Node;
import opml.compiler.ir.Terminator;
import opml.kernels.abi.FixedSegment;
import org.jspecify.annotations.Nullable;

/// Builds the graph of one compiled method, with the methods inlined into it.
public final class MethodGraphBuilder {
  private final CallGraph calls;
  private final MethodGraph graph;
  private final Variables variables;
  private int frames;

  private MethodGraphBuilder(CallGraph calls, MethodRef ref) {
    this.calls = calls;
    this.graph = new MethodGraph(ref);
    this.variables = new Variables(graph);
  }

  /// {@return the graph of a method that others call}
  public static MethodGraph method(CallGraph calls, MethodRef ref) {
    MethodGraphBuilder builder = new MethodGraphBuilder(calls, ref);
    List<Node> arguments = new ArrayList<>();
    for (Type type : calls.code(ref).parameters()) {
      for (Kind kind : type.leaves()) {
        arguments.add(builder.graph.argument(arguments.size(), kind.isNarrow()));
      }
    }
    return builder.build(ref, arguments);
  }

  /// {@return the graph of the kernel itself, whose arguments lie in the [FixedSegment]: first all segments, then all
  /// others, each in the order of the parameters and their components}
  public static MethodGraph kernel(CallGraph calls, MethodRef ref) {
    MethodGraphBuilder builder = new MethodGraphBuilder(calls, ref);
    List<Node> arguments = new ArrayList<>();
    List<Kind> kinds =
        calls.code(ref).parameters().stream().flatMap(type -> type.leaves().stream()).toList();
    int segment = 0;
    int scalar = (int) kinds.stream().filter(kind -> kind == Kind.SEGMENT).count();
    for (Kind kind : kinds) {
      int place = kind == Kind.SEGMENT ? segment++ : scalar++;
      arguments.add(builder.graph.fixed(FixedSegment.argument(place), kind.isNarrow()));
    }
    return builder.build(ref, arguments);
  }

  private MethodGraph build(MethodRef ref, List<Node> arguments) {
    variables.seal(graph.entry());
    MethodFrame.Exit exit = inline(calls.code(ref), arguments, graph.entry());
    if (exit.block() != null) {
      if (exit.values().size() > 1) {
        throw new RefusedException(
            ref,
            exit.origin().line(),
            "a record as the result of a method that is not inlined: more than one place calls it, or it is long");
      }
      Node value = exit.values().isEmpty() ? null : exit.values().getFirst();
      exit.block().end(new Terminator.Return(value), exit.origin());
    }
    return graph;
  }

  /// Puts a method's code behind `from`.
  MethodFrame.Exit inline(MethodCode code, List<Node> arguments, Block from) {
    return new MethodFrame(this, code, frames++).build(arguments, from);
  }

  CallGraph calls() {
    return calls;
  }

  MethodGraph graph() {
    return graph;
  }

  Variables variables() {
    return variables;
  }

  @Nullable MethodCode inlinedCode(MethodRef ref) {
    return calls.isInlined(ref) ? calls.code(ref) : null;
  }
}
