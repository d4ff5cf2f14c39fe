package opml.compiler.frontend;

import java.lang.classfile.instruction.FieldInstruction;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opml.compiler.frontend.Type.Struct;
import opml.compiler.frontend.Type.Table;
import opml.compiler.ir.MethodRef;
import opml.kernels.abi.FixedSegment;
import org.jspecify.annotations.Nullable;

/// Which methods a kernel reaches, callees before their callers. Recursion, also by way of others, is refused here.
public final class CallGraph {
  /// A method of at most this many bytecode instructions, inlined ones included, costs less than calling it.
  private static final int MOST_INLINED = 24;

  /// What is called from one place only is inlined up to this size. So is a method with a boolean parameter, which says
  /// what variant of it the caller wants: each call keeps its own alone.
  private static final int MOST_INLINED_ONCE = 1000;

  private final ClassSource source;
  private final Tables tables;
  private final Map<MethodRef, MethodCode> codes = new HashMap<>();
  private final Map<MethodRef, Integer> sites = new HashMap<>();
  private final Map<MethodRef, Integer> sizes = new HashMap<>();
  private final Set<MethodRef> order = new LinkedHashSet<>();
  private final Set<MethodRef> open = new HashSet<>();

  public CallGraph(ClassSource source, MethodRef root) {
    this.source = source;
    this.tables = new Tables(source, FixedSegment.constants(leaves(source.code(root, root, 0))));
    visit(root, root, 0);
    order.forEach(ref -> sizes.put(ref, size(code(ref))));
  }

  private void visit(MethodRef ref, MethodRef caller, int line) {
    if (order.contains(ref)) {
      return;
    }
    if (!open.add(ref)) {
      throw new RefusedException(caller, line, "recursion: a call of " + ref + " while it runs");
    }
    MethodCode code = source.code(ref, caller, line);
    codes.put(ref, code);
    for (CodeBlock.Line at : code.lines()) {
      MethodRef callee = Intrinsics.callee(at.instruction());
      if (callee != null) {
        sites.merge(callee, 1, Integer::sum);
        visit(callee, ref, at.number());
      }
    }
    open.remove(ref);
    order.add(ref);
  }

  /// {@return the methods that need code of their own, callees first, the kernel last}
  public List<MethodRef> compiled() {
    List<MethodRef> kept = new ArrayList<>();
    MethodRef root = List.copyOf(order).getLast();
    for (MethodRef ref : order) {
      if (ref.equals(root) || !isInlined(ref)) {
        kept.add(ref);
      }
    }
    return kept;
  }

  MethodCode code(MethodRef ref) {
    @Nullable MethodCode code = codes.get(ref);
    if (code == null) {
      throw new IllegalArgumentException("not reached: " + ref);
    }
    return code;
  }

  /// {@return how many values a method takes: a record's components count, not the record}
  public int parameters(MethodRef ref) {
    return leaves(code(ref));
  }

  private static int leaves(MethodCode code) {
    return code.parameters().stream().mapToInt(type -> type.leaves().size()).sum();
  }

  /// {@return the constant tables of the code that was built so far}
  public byte[] tables() {
    return tables.bytes();
  }

  Table table(FieldInstruction get, MethodRef caller, int line) {
    return tables.table(get, caller, line);
  }

  @Nullable Struct struct(String name) {
    return source.struct(name);
  }

  boolean isInlined(MethodRef ref) {
    int size = sizes.getOrDefault(ref, Integer.MAX_VALUE);
    boolean special = sites.getOrDefault(ref, 0) == 1 || hasVariants(ref);
    return size <= MOST_INLINED || size <= MOST_INLINED_ONCE && special;
  }

  private static boolean hasVariants(MethodRef ref) {
    return MethodTypeDesc.ofDescriptor(ref.descriptor())
        .parameterList()
        .contains(ConstantDescs.CD_boolean);
  }

  private int size(MethodCode code) {
    int size = code.lines().size();
    for (CodeBlock.Line at : code.lines()) {
      MethodRef callee = Intrinsics.callee(at.instruction());
      if (callee != null && isInlined(callee)) {
        size += sizes.getOrDefault(callee, 0);
      }
    }
    return size;
  }
}
