package opml.proof;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.core.merkle.SparseTree;
import opml.engine.commit.GraphState;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.trace.GraphExecution;

/// The states of a graph that was really run. The slots of a state are put together when they are asked for, and only
/// the states asked for last are kept.
public final class ExecutedFrames implements Frames {
  private record State(GraphExecution.Moment moment) implements Frame {
    @Override
    public GraphState state() {
      return moment.state();
    }

    @Override
    public SparseTree slots() {
      return moment.slots();
    }

    @Override
    public MemorySegment slot(int slot) {
      return moment.value(slot);
    }
  }

  /// How many states' values are kept together.
  static final int FRAMES = 4;

  /// Bytes that the values of all frames kept may have; one frame is kept in any case.
  private static final long MOST_BYTES = 64L << 20;

  private final GraphExecution execution;
  private final long frameBytes;
  private final Map<Long, Frame> frames =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Frame> eldest) {
          return size() > FRAMES || size() > 1 && size() * frameBytes > MOST_BYTES;
        }
      };

  public ExecutedFrames(GraphExecution execution) {
    this.execution = execution;
    this.frameBytes = valueBytes(execution.model().graph());
  }

  /// {@return bytes of all values of a state but those that the model has from the beginning}
  static long valueBytes(Graph graph) {
    return graph.slots().stream()
        .filter(slot -> slot.initial().isEmpty())
        .mapToLong(Slot::bytes)
        .sum();
  }

  @Override
  public long length() {
    return execution.length();
  }

  @Override
  public synchronized long keptBytes() {
    return execution.keptBytes() + frames.size() * frameBytes;
  }

  @Override
  public synchronized void rest() {
    frames.clear();
    execution.rest();
  }

  @Override
  public GraphState stateAt(long index) {
    return execution.state(index);
  }

  @Override
  public List<GraphState> statesAt(long[] indexes) {
    return execution.states(indexes);
  }

  @Override
  public synchronized Frame at(long index) {
    return frames.computeIfAbsent(index, i -> new State(execution.at(i)));
  }
}
