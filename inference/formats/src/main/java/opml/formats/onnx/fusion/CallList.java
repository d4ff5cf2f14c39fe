package opml.formats.onnx.fusion;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.node.GraphImport.Call;
import opml.formats.onnx.node.GraphImport.Source;
import opml.formats.onnx.node.Value;
import org.jspecify.annotations.Nullable;

/// Calls, and which of them writes what others read.
final class CallList {
  private final List<Call> calls;
  private final Value.Place result;
  private final Map<Value.Place, Integer> writers = new HashMap<>();
  private final Map<Value.Place, List<Integer>> readers = new HashMap<>();

  /// What some call changes in place: when it is read decides what is read.
  private final Set<Value.Place> updated = new HashSet<>();

  /// @param result what is asked of them all
  CallList(List<Call> calls, Value.Place result) {
    this.calls = List.copyOf(calls);
    this.result = result;
    for (int i = 0; i < calls.size(); i++) {
      for (Source source : calls.get(i).sources()) {
        switch (source) {
          case Source.Read(Value.Place place) ->
              readers.computeIfAbsent(place, _ -> new ArrayList<>()).add(i);
          case Source.Write(Value.Place place) -> writers.put(place, i);
          case Source.Update(Value.Place place) -> updated.add(place);
          case Source.Absent _ -> {}
        }
      }
    }
  }

  int size() {
    return calls.size();
  }

  Step step(int number) {
    return new Step(this, number, calls.get(number));
  }

  /// {@return whether nobody but they reads what calls write, or changes what they read and write}
  ///
  /// @param last the one whose result others read
  boolean areAlone(Set<Integer> parts, int last) {
    for (int part : parts) {
      for (Source source : calls.get(part).sources()) {
        boolean alone =
            switch (source) {
              case Source.Read(Value.Place place) -> !updated.contains(place);
              case Source.Write(Value.Place place) ->
                  !updated.contains(place)
                      && (part == last
                          || place != result
                              && parts.containsAll(readers.getOrDefault(place, List.of())));
              case Source.Update _ -> false;
              case Source.Absent _ -> true;
            };
        if (!alone) {
          return false;
        }
      }
    }
    return true;
  }

  /// One of the calls.
  record Step(CallList calls, int number, Call call) {
    boolean is(String kernel) {
      return call.kernel().name().equals(kernel);
    }

    /// {@return what segment argument `index` is read from, if it is read}
    Optional<Value.Place> read(int index) {
      return call.sources().get(index) instanceof Source.Read(Value.Place place)
          ? Optional.of(place)
          : Optional.empty();
    }

    /// {@return what the last segment argument is written to}
    Value.Place written() {
      if (call.sources().getLast() instanceof Source.Write(Value.Place place)) {
        return place;
      }
      throw new IllegalStateException(call.kernel() + " writes no last argument");
    }

    /// {@return the call of a kernel that has written what segment argument `index` is read from, if it is one}
    Optional<Step> before(int index, String kernel) {
      return read(index).flatMap(place -> calls.writer(place, kernel));
    }

    /// {@return scalars, in their order}
    ///
    /// @param record whose they are, or the name of one
    int[] ints(String record) {
      List<Long> all = call.scalars().all();
      return IntStream.range(0, all.size())
          .filter(
              i -> {
                String name = call.kernel().scalars().get(i).name();
                return name.equals(record) || name.startsWith(record + ".");
              })
          .map(i -> Math.toIntExact(all.get(i)))
          .toArray();
    }

    int scalar(String name) {
      return ints(name)[0];
    }
  }

  /// {@return the call of a kernel that has written a place, if it is one}
  Optional<Step> writer(Value.Place place, String kernel) {
    @Nullable Integer writer = writers.get(place);
    return Optional.ofNullable(writer).map(this::step).filter(step -> step.is(kernel));
  }

  /// {@return the one float that a place holds, if it is such a constant}
  static Optional<Float> number(Value.Place place) {
    return place
        .constant()
        .filter(tensor -> tensor.type() == ElementType.F32 && tensor.shape().count() == 1)
        .map(Tensor::floats)
        .map(floats -> floats[0]);
  }
}
