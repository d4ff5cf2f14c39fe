package opml.twins.call;

import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;

/// Another form of one kernel, of the same bits.
@FunctionalInterface
public interface Twin {
  /// Makes it ready for the calls of one node, as [opml.engine.run.KernelProvider] says.
  ///
  /// @return empty where the call is left to the reference
  Optional<PreparedKernel> prepare(long[] scalars, List<Optional<Constant>> constants);
}
