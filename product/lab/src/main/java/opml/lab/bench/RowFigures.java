package opml.lab.bench;

import java.util.List;
import java.util.Map;

/// What came of one row.
///
/// @param json its figures, as the report has them
/// @param reaches what they must reach
/// @param notes what else was seen, a line each
public record RowFigures(Map<String, Object> json, List<Reach> reaches, List<String> notes) {
  public RowFigures {
    json = Map.copyOf(json);
    reaches = List.copyOf(reaches);
    notes = List.copyOf(notes);
  }
}
