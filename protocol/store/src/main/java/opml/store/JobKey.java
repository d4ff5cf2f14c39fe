package opml.store;

import java.util.Comparator;
import opml.core.hash.Bytes32;

/// Names a job by what it is about, so that the same job twice is one.
public record JobKey(JobKind kind, Bytes32 subject) {
  public static final Comparator<JobKey> ORDER =
      Comparator.comparing(JobKey::kind).thenComparing(JobKey::subject);
}
