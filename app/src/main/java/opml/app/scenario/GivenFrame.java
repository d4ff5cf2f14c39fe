package opml.app.scenario;

import java.lang.foreign.MemorySegment;
import java.util.function.IntFunction;
import opml.agent.work.Frames;
import opml.core.merkle.SparseTree;
import opml.engine.commit.GraphState;

/// A state put together by a liar.
record GivenFrame(GraphState state, SparseTree slots, IntFunction<MemorySegment> values)
    implements Frames.Frame {
  @Override
  public MemorySegment slot(int slot) {
    return values.apply(slot);
  }
}
