package opml.formats.refusal;

import opml.core.codec.Printable;
import opml.formats.refusal.Reason.Kind;

/// One place where a model has what cannot be run here. A [Reason] counts all that are of one sort.
///
/// @param unit what the place is: `node`, `tensor`, …; empty where the text says it
/// @param place its name as people may be shown it; empty where the text says it
/// @param text what is wrong there; of an operator that we do not have, its name
public record Occurrence(Kind kind, String unit, String place, String text) {
  public Occurrence {
    place = Printable.escaped(place);
    text = Printable.escaped(text);
  }
}
