package opml.lab.dist;

import java.util.List;
import java.util.Optional;

/// What `opml dist` found.
///
/// @param exposure of the unit, as `systemd-analyze security` counts it, from 0 to 10; NaN if it was not measured
/// @param identical whether archive and image are the same bytes when they are made again
/// @param healthy whether a node out of the image, run as nobody in particular, got ready, and ended at SIGTERM as it
///     must; nothing if it could not be started here
/// @param archiveMb size of the archive, in 10^6 bytes
/// @param imageMb size of the image
/// @param notes why figures are missing or wrong, and how the node was started
public record DistFigures(
    double exposure,
    boolean identical,
    Optional<Boolean> healthy,
    double archiveMb,
    double imageMb,
    List<String> notes) {
  /// A unit may be so exposed.
  public static final double EXPOSURE_MOST = 2.0;

  public DistFigures {
    notes = List.copyOf(notes);
  }

  /// {@return whether everything was measured, and is as it should be}
  public boolean reached() {
    return exposure <= EXPOSURE_MOST && identical && healthy.orElse(false);
  }
}
