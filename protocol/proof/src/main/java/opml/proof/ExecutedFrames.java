package opml.proof;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.core.merkle.SparseTree;
import opml.engine.commit.GraphState;
import opml.engine.trace.GraphExecution;

/// The states of a graph that was really run. The slots of a state are put together when they are asked for, and only
/// the states asked for last are kept.
public final class ExecutedFrames implements Frames {
  private record State(GraphState state, SparseTree slots, List<MemorySegment> values)
      implements Frame {
    @Override
    public MemorySegment slot(int slot) {
      return values.get(slot);
    }
  }

  /// How many states' values are kept together.
  static final int FRAMES = 4;

  private final GraphExecution execution;
  private final Map<Long, Frame> frames =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Frame> eldest) {
          return size() > FRAMES;
        }
      };

  public ExecutedFrames(GraphExecution execution) {
    this.execution = execution;
  }

  @Override
  public long length() {
    return execution.length();
  }

  @Override
  public long keptBytes() {
    return execution.keptBytes();
  }

  @Override
  public GraphState stateAt(long index) {
    return execution.state(index);
  }

  @Override
  public synchronized Frame at(long index) {
    return frames.computeIfAbsent(
        index, i -> new State(execution.state(i), execution.slots(i), execution.values(i)));
  }
}
