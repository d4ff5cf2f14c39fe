package opml.compiler.frontend;

import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.*;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import opml.compiler.frontend.Type.Kind;
import opml.compiler.frontend.Type.Struct;
import opml.compiler.frontend.Type.Table;
import opml.compiler.frontend.Type.Unborn;
import opml.compiler.frontend.Variables.Variable;
import opml.compiler.ir.Block;
import opml.compiler.ir.Condition;
import opml.compiler.ir.LoopTurns;
import opml.compiler.ir.LoopTurns.Scope;
import opml.compiler.ir.MethodGraph;
import opml.compiler.ir.MethodRef;
import opml.compiler.ir.Node;
import opml.compiler.ir.NodeOp;
import opml.compiler.ir.Origin;
import opml.compiler.ir.Terminator.Branch;
import opml.compiler.ir.Terminator.Jump;
import opml.kernels.memory.Trips;
import org.jspecify.annotations.Nullable;

/// One instance of a method's body in a graph: interprets the bytecode over a stack of nodes, block by block, each
/// block after at least one of its predecessors.
final class MethodFrame {
  /// The slot of the method's result.
  private static final int RESULT = -1;

  private static final String TRIPS = Trips.class.getName().replace('.', '/');

  /// Where control leaves the method; `block` is null if it never does.
  ///
  /// @param values of the result, in the order of its type's leaves
  record Exit(@Nullable Block block, List<Node> values, Origin origin) {}

  /// An entry of the operand stack, with the values that make it up.
  private record Entry(List<Node> nodes, Type type) {
    Node node() {
      return nodes.getFirst();
    }
  }

  private final MethodGraphBuilder builder;
  private final MethodGraph graph;
  private final Variables variables;
  private final MethodCode code;
  private final int frame;
  private final Map<CodeBlock, Block> blocks = new HashMap<>();
  private final Map<CodeBlock, List<Type>> stacks = new HashMap<>();
  private final Map<CodeBlock, Map<Integer, Type>> references = new HashMap<>();
  private final Block end;
  private final Object call = new Object();
  private Origin endOrigin;

  // Of the block being filled.
  private List<Entry> stack = new ArrayList<>();
  private Map<Integer, Type> locals = new HashMap<>();
  private Block current;
  private Origin origin;

  MethodFrame(MethodGraphBuilder builder, MethodCode code, int frame) {
    this.builder = builder;
    this.graph = builder.graph();
    this.variables = builder.variables();
    this.code = code;
    this.frame = frame;
    this.end = graph.newBlock();
    this.current = end;
    this.origin = new Origin(code.ref(), 0);
    this.endOrigin = origin;
  }

  Exit build(List<Node> arguments, Block from) {
    from.calls().add(call);
    int slot = 0;
    int taken = 0;
    for (Type type : code.parameters()) {
      int next = taken + type.leaves().size();
      write(slot, type, arguments.subList(taken, next), from);
      locals.put(slot, type);
      taken = next;
      slot += type.isWide() ? 2 : 1;
    }
    references.put(code.entry(), Map.copyOf(locals));
    List<CodeBlock> order = reversePostorder(code.entry());
    Map<CodeBlock, Set<CodeBlock>> missing = new HashMap<>();
    for (CodeBlock block : order) {
      blocks.put(block, graph.newBlock());
      missing.computeIfAbsent(block, _ -> new HashSet<>());
      block
          .successors()
          .forEach(next -> missing.computeIfAbsent(next, _ -> new HashSet<>()).add(block));
    }
    from.end(new Jump(block(code.entry())), origin);
    stacks.put(code.entry(), List.of());
    if (missing(missing, code.entry()).isEmpty()) {
      variables.seal(block(code.entry()));
    }
    for (CodeBlock block : order) {
      fill(block);
      for (CodeBlock next : new LinkedHashSet<>(block.successors())) {
        missing(missing, next).remove(block);
        if (missing(missing, next).isEmpty()) {
          variables.seal(block(next));
        }
      }
    }
    if (end.predecessors().isEmpty()) {
      return new Exit(null, List.of(), endOrigin);
    }
    variables.seal(end);
    Type result = code.result();
    return new Exit(end, result == null ? List.of() : read(RESULT, result, end), endOrigin);
  }

  private static Set<CodeBlock> missing(Map<CodeBlock, Set<CodeBlock>> missing, CodeBlock block) {
    return missing.getOrDefault(block, Set.of());
  }

  private Block block(CodeBlock block) {
    Block found = blocks.get(block);
    if (found == null) {
      throw new IllegalStateException("unreachable block");
    }
    return found;
  }

  private static List<CodeBlock> reversePostorder(CodeBlock entry) {
    record Visit(CodeBlock block, Deque<CodeBlock> rest) {}
    List<CodeBlock> postorder = new ArrayList<>();
    Set<CodeBlock> seen = new HashSet<>();
    Deque<Visit> open = new ArrayDeque<>();
    seen.add(entry);
    open.push(new Visit(entry, new ArrayDeque<>(entry.successors())));
    while (!open.isEmpty()) {
      Visit visit = open.getFirst();
      CodeBlock next = visit.rest.poll();
      if (next == null) {
        postorder.add(visit.block);
        open.pop();
      } else if (seen.add(next)) {
        open.push(new Visit(next, new ArrayDeque<>(next.successors())));
      }
    }
    Collections.reverse(postorder);
    return postorder;
  }

  /// Where an entry of the operand stack is kept between blocks.
  private int stackSlot(int depth) {
    return code.maxLocals() + depth;
  }

  private void write(int slot, Type type, List<Node> nodes, Block block) {
    for (int i = 0; i < nodes.size(); i++) {
      variables.write(new Variable(frame, slot, i, type.leaves().get(i)), block, nodes.get(i));
    }
  }

  private List<Node> read(int slot, Type type, Block block) {
    List<Node> nodes = new ArrayList<>();
    for (Kind kind : type.leaves()) {
      nodes.add(variables.read(new Variable(frame, slot, nodes.size(), kind), block));
    }
    return nodes;
  }

  private void fill(CodeBlock block) {
    current = block(block);
    stack = new ArrayList<>();
    for (Type type : stacks.getOrDefault(block, List.of())) {
      stack.add(new Entry(read(stackSlot(stack.size()), type, current), type));
    }
    locals = new HashMap<>(references.getOrDefault(block, Map.of()));
    for (CodeBlock.Line at : block.lines()) {
      origin = new Origin(code.ref(), at.number());
      graph.at(origin);
      instruction(at.instruction(), block);
    }
    if (current.isOpen()) {
      if (block.successors().isEmpty()) {
        throw refused("control flow that runs off the end");
      }
      leave(block);
      current.end(new Jump(block(block.successors().getFirst())), origin);
    }
  }

  /// Hands the operand stack to the successors.
  private void leave(CodeBlock block) {
    List<Type> types = stack.stream().map(Entry::type).toList();
    for (int depth = 0; depth < stack.size(); depth++) {
      write(stackSlot(depth), types.get(depth), stack.get(depth).nodes, current);
    }
    // What a local variable is where blocks meet, each of them knows; in another the variable is
    // dead there.
    for (CodeBlock next : block.successors()) {
      stacks.putIfAbsent(next, types);
      references.putIfAbsent(next, Map.copyOf(locals));
    }
  }

  private void instruction(Instruction instruction, CodeBlock block) {
    switch (instruction) {
      case LoadInstruction load -> load(load);
      case StoreInstruction store -> {
        Entry value = pop();
        locals.put(store.slot(), value.type);
        write(store.slot(), value.type, value.nodes, current);
      }
      case IncrementInstruction increment -> {
        Variable variable = new Variable(frame, increment.slot(), 0, Kind.INT);
        Node value = variables.read(variable, current);
        variables.write(
            variable,
            current,
            graph.pure(NodeOp.ADDW, value, graph.constant(increment.constant())));
      }
      case ConstantInstruction constant -> constant(constant);
      case OperatorInstruction operator -> operator(operator);
      case ConvertInstruction convert -> convert(convert);
      case StackInstruction shuffle -> shuffle(shuffle.opcode());
      case InvokeInstruction call -> invoke(call);
      case BranchInstruction branch -> branch(branch, block);
      case LookupSwitchInstruction choice -> choose(choice.cases(), block);
      case TableSwitchInstruction choice -> choose(choice.cases(), block);
      case ReturnInstruction give -> {
        if (give.typeKind() != TypeKind.VOID) {
          Entry value = pop();
          write(RESULT, value.type, value.nodes, current);
        }
        endOrigin = origin;
        current.end(new Jump(end), origin);
      }
      case NopInstruction _ -> {}
      case ArrayLoadInstruction element -> element(element);
      case ArrayStoreInstruction _,
          NewPrimitiveArrayInstruction _,
          NewReferenceArrayInstruction _,
          NewMultiArrayInstruction _ ->
          throw refused(
              "an array (" + name(instruction) + "); kernel Java reads memory through Mem");
      case FieldInstruction field -> field(field);
      case InvokeDynamicInstruction _ ->
          throw refused("a lambda or string concatenation (invokedynamic)");
      case MonitorInstruction _ -> throw refused("synchronization (" + name(instruction) + ")");
      case NewObjectInstruction create -> {
        Struct struct = builder.calls().struct(create.className().asInternalName());
        if (struct == null) {
          throw refused(
              "an object (new " + create.className().asInternalName().replace('/', '.') + ")");
        }
        stack.add(new Entry(List.of(), new Unborn(struct)));
      }
      case ThrowInstruction _ -> throw refused("an exception (athrow)");
      case TypeCheckInstruction _ -> throw refused("a type test (" + name(instruction) + ")");
      case DiscontinuedInstruction _ -> throw refused("a subroutine (" + name(instruction) + ")");
    }
  }

  private static String name(Instruction instruction) {
    return instruction.opcode().name().toLowerCase(Locale.ROOT);
  }

  private RefusedException refused(String what) {
    return new RefusedException(code.ref(), origin.line(), what);
  }

  private void push(Node node, Kind kind) {
    stack.add(new Entry(List.of(node), kind));
  }

  private Entry pop() {
    return stack.removeLast();
  }

  private void load(LoadInstruction load) {
    Type type =
        switch (load.typeKind().asLoadable()) {
          case INT -> Kind.INT;
          case LONG -> Kind.LONG;
          case FLOAT -> Kind.FLOAT;
          case REFERENCE -> locals.getOrDefault(load.slot(), Kind.SEGMENT);
          default -> throw refused("double (" + name(load) + ")");
        };
    stack.add(new Entry(read(load.slot(), type, current), type));
  }

  /// A component of a record, or a table.
  private void field(FieldInstruction field) {
    if (field.opcode() == Opcode.GETFIELD && stack.getLast().type instanceof Struct struct) {
      Entry owner = pop();
      int index = struct.indexOf(field.name().stringValue());
      push(owner.nodes.get(index), struct.components().get(index).kind());
      return;
    }
    if (field.opcode() == Opcode.GETSTATIC) {
      Table table = builder.calls().table(field, code.ref(), origin.line());
      stack.add(new Entry(List.of(), table));
      return;
    }
    throw refused(
        "%s of %s.%s; fields of kernel Java are constants that javac inlines, and static final arrays of literals"
            .formatted(
                name(field),
                field.owner().asInternalName().replace('/', '.'),
                field.name().stringValue()));
  }

  /// An element of a table.
  private void element(ArrayLoadInstruction load) {
    Node index = pop().node();
    if (!(pop().type instanceof Table table)) {
      throw refused("an array (" + name(load) + "); kernel Java reads memory through Mem");
    }
    Node offset =
        graph.pure(NodeOp.SLL, index, graph.constant(Integer.numberOfTrailingZeros(table.bytes())));
    Node address = graph.pure(NodeOp.ADD, offset, graph.constant(table.address()));
    push(graph.load(current, table.element(), address, 0), table.kind());
  }

  private void constant(ConstantInstruction constant) {
    switch (constant.constantValue()) {
      case Integer value -> push(graph.constant(value), Kind.INT);
      case Long value -> push(graph.constant(value), Kind.LONG);
      case Float value -> push(graph.constant(Float.floatToIntBits(value)), Kind.FLOAT);
      case Double _ -> throw refused("double (" + name(constant) + ")");
      default -> throw refused("a constant that is no number (" + name(constant) + ")");
    }
  }

  private void operator(OperatorInstruction operator) {
    MethodRef callee = Intrinsics.callee(operator);
    if (callee != null) {
      boolean compares = operator.opcode() == Opcode.FCMPL || operator.opcode() == Opcode.FCMPG;
      call(callee, 2, compares ? Kind.INT : Kind.FLOAT);
      return;
    }
    switch (operator.opcode()) {
      case IADD -> binary(NodeOp.ADDW, Kind.INT);
      case ISUB -> binary(NodeOp.SUBW, Kind.INT);
      case IMUL -> binary(NodeOp.MULW, Kind.INT);
      case IDIV -> binary(NodeOp.DIVW, Kind.INT);
      case IREM -> binary(NodeOp.REMW, Kind.INT);
      case ISHL -> binary(NodeOp.SLLW, Kind.INT);
      case ISHR -> binary(NodeOp.SRAW, Kind.INT);
      case IUSHR -> binary(NodeOp.SRLW, Kind.INT);
      case IAND -> binary(NodeOp.AND, Kind.INT);
      case IOR -> binary(NodeOp.OR, Kind.INT);
      case IXOR -> binary(NodeOp.XOR, Kind.INT);
      case INEG -> negate(NodeOp.SUBW, Kind.INT);
      case LADD -> binary(NodeOp.ADD, Kind.LONG);
      case LSUB -> binary(NodeOp.SUB, Kind.LONG);
      case LMUL -> binary(NodeOp.MUL, Kind.LONG);
      case LDIV -> binary(NodeOp.DIV, Kind.LONG);
      case LREM -> binary(NodeOp.REM, Kind.LONG);
      case LSHL -> binary(NodeOp.SLL, Kind.LONG);
      case LSHR -> binary(NodeOp.SRA, Kind.LONG);
      case LUSHR -> binary(NodeOp.SRL, Kind.LONG);
      case LAND -> binary(NodeOp.AND, Kind.LONG);
      case LOR -> binary(NodeOp.OR, Kind.LONG);
      case LXOR -> binary(NodeOp.XOR, Kind.LONG);
      case LNEG -> negate(NodeOp.SUB, Kind.LONG);
      case LCMP -> binary(NodeOp.COMPARE, Kind.INT);
      case FNEG -> {
        Node sign = graph.constant(Integer.MIN_VALUE);
        push(graph.pure(NodeOp.XOR, pop().node(), sign), Kind.FLOAT);
      }
      case FREM -> throw refused("float remainder (frem)");
      case ARRAYLENGTH ->
          throw refused("an array (arraylength); kernel Java reads memory through Mem");
      default -> throw refused("double (" + name(operator) + ")");
    }
  }

  private void binary(NodeOp op, Kind kind) {
    Node right = pop().node();
    Node left = pop().node();
    push(graph.pure(op, left, right), kind);
  }

  private void negate(NodeOp subtract, Kind kind) {
    push(graph.pure(subtract, graph.constant(0), pop().node()), kind);
  }

  private void convert(ConvertInstruction convert) {
    MethodRef callee = Intrinsics.callee(convert);
    if (callee != null) {
      Kind result =
          switch (convert.opcode()) {
            case F2I -> Kind.INT;
            case F2L -> Kind.LONG;
            default -> Kind.FLOAT;
          };
      call(callee, 1, result);
      return;
    }
    switch (convert.opcode()) {
      case I2L -> push(pop().node(), Kind.LONG);
      case L2I -> push(graph.pure(NodeOp.ADDW, pop().node(), graph.constant(0)), Kind.INT);
      case I2B -> push(extended(NodeOp.SRAW, 24), Kind.INT);
      case I2S -> push(extended(NodeOp.SRAW, 16), Kind.INT);
      case I2C -> push(graph.pure(NodeOp.AND, pop().node(), graph.constant(0xffff)), Kind.INT);
      default -> throw refused("double (" + name(convert) + ")");
    }
  }

  private Node extended(NodeOp down, int amount) {
    Node shift = graph.constant(amount);
    return graph.pure(down, graph.pure(NodeOp.SLLW, pop().node(), shift), shift);
  }

  private void shuffle(Opcode opcode) {
    switch (opcode) {
      case POP -> pop();
      case POP2 -> take(2);
      case DUP -> insertBelow(1, 0);
      case DUP_X1 -> insertBelow(1, 1);
      case DUP_X2 -> insertBelow(1, 2);
      case DUP2 -> insertBelow(2, 0);
      case DUP2_X1 -> insertBelow(2, 1);
      case DUP2_X2 -> insertBelow(2, 2);
      case SWAP -> {
        Entry top = pop();
        stack.add(stack.size() - 1, top);
      }
      default -> throw new IllegalStateException(opcode.name());
    }
  }

  /// Copies the top `count` words below the `skip` words under them.
  private void insertBelow(int count, int skip) {
    List<Entry> top = take(count);
    List<Entry> under = take(skip);
    stack.addAll(top);
    stack.addAll(under);
    stack.addAll(top);
  }

  /// Takes the top entries that fill `words` words of the operand stack, lowest first.
  private List<Entry> take(int words) {
    List<Entry> taken = new ArrayList<>();
    int left = words;
    while (left > 0) {
      Entry entry = pop();
      taken.addFirst(entry);
      left -= entry.type.isWide() ? 2 : 1;
    }
    return taken;
  }

  private void invoke(InvokeInstruction invoke) {
    MethodRef ref = Intrinsics.of(invoke);
    int count = invoke.typeSymbol().parameterCount();
    if (ref.name().equals("<init>")) {
      construct(arguments(count), ref);
      return;
    }
    boolean onRecord =
        invoke.opcode() == Opcode.INVOKEVIRTUAL
            && stack.get(stack.size() - count - 1).type instanceof Struct;
    if (invoke.opcode() != Opcode.INVOKESTATIC && !onRecord) {
      throw refused("a call on an object, of " + ref);
    }
    if (ref.owner().equals(TRIPS)) {
      declare(ref.name(), arguments(count).getFirst());
      return;
    }
    Intrinsics.Expansion expansion = Intrinsics.expansion(ref);
    if (expansion != null) {
      Node value = expansion.expand(graph, current, arguments(count));
      if (value != null) {
        push(value, Kind.of(TypeKind.from(invoke.typeSymbol().returnType())));
      }
      return;
    }
    MethodRef callee = Intrinsics.callee(invoke);
    if (callee == null) {
      throw refused("call of " + ref + ", which is no method of kernel Java");
    }
    // Library code stands for methods on floats, and takes and gives their bits.
    Type result =
        callee.equals(ref)
            ? builder.calls().code(callee).result()
            : Kind.of(TypeKind.from(invoke.typeSymbol().returnType()));
    call(callee, count + (onRecord ? 1 : 0), result);
  }

  /// Notes what the kernel says of a loop. It costs no instruction.
  private void declare(String name, Node turns) {
    Scope scope =
        switch (name) {
          case "atMost" -> Scope.ENTRY;
          case "inAll" -> Scope.CALL;
          case "rare" -> Scope.PLACE;
          default -> throw refused("call of Trips." + name + ", which is no method of kernel Java");
        };
    current.declared().add(new LoopTurns.Declared(turns, scope, call));
  }

  /// Gives a record its values. javac makes it with two entries on the stack, of which the constructor takes one.
  private void construct(List<Node> values, MethodRef constructor) {
    if (!(pop().type instanceof Unborn(Struct struct))) {
      throw refused("a call on an object, of " + constructor);
    }
    if (!stack.isEmpty() && stack.getLast().type.equals(new Unborn(struct))) {
      stack.set(stack.size() - 1, new Entry(values, struct));
    }
  }

  private List<Node> arguments(int count) {
    List<Node> arguments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      arguments.addAll(0, pop().nodes);
    }
    return arguments;
  }

  private void call(MethodRef callee, int count, @Nullable Type result) {
    List<Node> arguments = arguments(count);
    MethodCode inlined = builder.inlinedCode(callee);
    if (inlined == null) {
      Node value =
          graph.call(current, callee, arguments, result instanceof Kind kind && kind.isNarrow());
      if (result != null) {
        stack.add(new Entry(List.of(value), result));
      }
      return;
    }
    Exit exit = builder.inline(inlined, arguments, current);
    if (exit.block() == null) {
      throw refused("call of " + callee + ", which never returns");
    }
    current = exit.block();
    graph.at(origin);
    if (result != null) {
      stack.add(new Entry(exit.values(), result));
    }
  }

  private void branch(BranchInstruction branch, CodeBlock block) {
    CodeBlock target = block.successors().getFirst();
    switch (branch.opcode()) {
      case GOTO, GOTO_W -> {
        leave(block);
        current.end(new Jump(block(target)), origin);
      }
      case IFEQ -> test(Condition.EQ, false, false, block);
      case IFNE -> test(Condition.NE, false, false, block);
      case IFLT -> test(Condition.LT, false, false, block);
      case IFGE -> test(Condition.GE, false, false, block);
      case IFGT -> test(Condition.LT, false, true, block);
      case IFLE -> test(Condition.GE, false, true, block);
      case IF_ICMPEQ -> test(Condition.EQ, true, false, block);
      case IF_ICMPNE -> test(Condition.NE, true, false, block);
      case IF_ICMPLT -> test(Condition.LT, true, false, block);
      case IF_ICMPGE -> test(Condition.GE, true, false, block);
      case IF_ICMPGT -> test(Condition.LT, true, true, block);
      case IF_ICMPLE -> test(Condition.GE, true, true, block);
      default -> throw refused("a comparison of objects (" + name(branch) + ")");
    }
  }

  private void test(Condition condition, boolean two, boolean swapped, CodeBlock block) {
    Node right = two ? pop().node() : graph.constant(0);
    Node left = pop().node();
    leave(block);
    Block yes = block(block.successors().get(0));
    Block no = block(block.successors().get(1));
    if (yes == no) {
      current.end(new Jump(yes), origin);
    } else {
      current.end(
          new Branch(condition, swapped ? right : left, swapped ? left : right, yes, no), origin);
    }
  }

  private record Case(int value, Block target) {}

  private void choose(List<SwitchCase> given, CodeBlock block) {
    Node selector = pop().node();
    leave(block);
    Block otherwise = block(block.successors().getLast());
    List<Case> cases = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      cases.add(new Case(given.get(i).caseValue(), block(block.successors().get(i))));
    }
    cases.removeIf(one -> one.target == otherwise);
    cases.sort(Comparator.comparingInt(Case::value));
    search(selector, cases, otherwise);
  }

  /// A binary search for the case, whose last three are tried one by one.
  private void search(Node selector, List<Case> cases, Block otherwise) {
    if (cases.isEmpty()) {
      current.end(new Jump(otherwise), origin);
    } else if (cases.size() <= 3) {
      Block next = cases.size() == 1 ? otherwise : graph.newBlock();
      Case first = cases.getFirst();
      current.end(
          new Branch(Condition.EQ, selector, graph.constant(first.value), first.target, next),
          origin);
      if (cases.size() > 1) {
        variables.seal(next);
        current = next;
        search(selector, cases.subList(1, cases.size()), otherwise);
      }
    } else {
      int middle = cases.size() / 2;
      Block low = graph.newBlock();
      Block high = graph.newBlock();
      Node pivot = graph.constant(cases.get(middle).value);
      current.end(new Branch(Condition.LT, selector, pivot, low, high), origin);
      variables.seal(low);
      variables.seal(high);
      current = low;
      search(selector, cases.subList(0, middle), otherwise);
      current = high;
      search(selector, cases.subList(middle, cases.size()), otherwise);
    }
  }
}
