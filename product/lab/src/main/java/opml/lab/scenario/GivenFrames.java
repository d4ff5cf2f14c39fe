package opml.lab.scenario;

import java.util.List;
import opml.proof.Frames;

/// States put together by a liar.
record GivenFrames(List<Frame> frames) implements Frames {
  GivenFrames {
    frames = List.copyOf(frames);
  }

  @Override
  public long length() {
    return frames.size() - 1L;
  }

  @Override
  public Frame at(long index) {
    return frames.get(Math.toIntExact(index));
  }
}
